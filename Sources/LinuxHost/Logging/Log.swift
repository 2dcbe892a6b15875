public import Logging
public import PrompterCore

/// The daemon's log. It takes no line without a ``MessageKind``, so that each has an id in the journal.
public struct Log: Sendable {
    /// Logs nothing.
    public static let silent = Log(Logger(label: "prompterd.silent") { _ in SwiftLogNoOpLogHandler() })

    private let logger: Logger

    public init(_ logger: Logger) {
        self.logger = logger
    }

    public func log(_ line: LogLine) {
        var metadata: Logger.Metadata = [LogFields.kindKey: .stringConvertible(line.kind)]
        if let subject = line.subject {
            metadata["provider"] = "\(subject.provider)"
            metadata["model"] = subject.model.map { "\($0)" }
            metadata["outcome"] = subject.outcome.map { "\($0)" }
            if !subject.templates.isEmpty { metadata["template"] = .array(subject.templates.map { .string($0) }) }
        }
        logger.log(level: line.level.logged, "\(line.text)", metadata: metadata)
    }

    /// - Parameter provider: the name of the provider that the line is about.
    public func log(
        _ level: LogLine.Level, _ condition: MessageKind.Condition, _ text: String, provider: String? = nil
    ) {
        log(LogLine(level, .condition(condition), text, about: provider.map { LogLine.Subject(provider: $0) }))
    }

    public func debug(_ condition: MessageKind.Condition, _ text: String) { log(.debug, condition, text) }
    public func notice(_ condition: MessageKind.Condition, _ text: String) { log(.notice, condition, text) }
    public func warning(_ condition: MessageKind.Condition, _ text: String) { log(.warning, condition, text) }
    public func error(_ condition: MessageKind.Condition, _ text: String) { log(.error, condition, text) }
    public func critical(_ condition: MessageKind.Condition, _ text: String) { log(.critical, condition, text) }
}

extension LogLine.Level {
    fileprivate var logged: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
