import LinuxHost
import Logging
import PrompterCore

/// Keeps what is logged.
final class LoggedLines: LogHandler, Sendable {
    private let lines = Locked<[String]>([])
    private let afterLine: @Sendable () -> Void

    /// - Parameter afterLine: what whoever logs waits for.
    init(afterLine: @escaping @Sendable () -> Void = {}) {
        self.afterLine = afterLine
    }

    var texts: [String] { lines.withLock { $0 } }

    var log: Log { Log(Logger(label: "test") { _ in self }) }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .info }
        set {}
    }

    func log(event: LogEvent) {
        lines.withLock { $0.append("\(event.level): \(event.message)") }
        afterLine()
    }
}
