import Dispatch
import Glibc
import Logging
import OutsideParts

@testable import LinuxHost

/// A pipe, and loggers that write into it.
final class LogPipe {
    let ends: [Int32]
    let output: TextOutput
    private var unread: [UInt8] = []

    init(ends: [Int32], environment: [String: String] = [:]) {
        self.ends = ends
        output = TextOutput(descriptor: ends[1], environment: environment)
    }

    convenience init() {
        let channel = ByteChannel()
        self.init(ends: [channel.reader, channel.writer])
    }

    deinit {
        output.drain(within: .seconds(10))
        for end in ends { close(end) }
    }

    func logger(level: Logger.Level = .trace, provider: Logger.MetadataProvider? = nil) -> Logger {
        var handler = TextLogHandler(level: level, output: output)
        handler.metadataProvider = provider
        return Logger(label: "test") { [handler] _ in handler }
    }

    var jsonLogger: Logger {
        let handler = JSONLogHandler(level: .trace, output: output)
        return Logger(label: "test") { _ in handler }
    }

    /// Writes until the pipe is full, so that whoever writes next waits.
    func fill() {
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let filler = Array(repeating: UInt8(ascii: "."), count: 4096)
        while write(ends[1], filler, filler.count) > 0 {}
        _ = fcntl(ends[1], F_SETFL, 0)
    }

    /// Waits for the next line.
    func line() -> String {
        while true {
            if let end = unread.firstIndex(of: 0x0A) {
                defer { unread.removeFirst(end + 1) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            // A line that never comes is a failure, and no test that never ends.
            var waiting = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 30_000) > 0 else { return "no line came" }
            var chunk = [UInt8](repeating: 0, count: 65536)
            let count = read(ends[0], &chunk, chunk.count)
            guard count > 0 else { return String(decoding: unread, as: UTF8.self) }
            unread += chunk.prefix(count)
        }
    }
}
