import Dispatch
import Glibc

/// Where text lines go: a descriptor that may block, be full or have lost its reader, none of which is our end.
final class TextOutput: Sendable {
    let isTerminal: Bool
    /// Whether a terminal reads, and wants colours (https://no-color.org, term(7)).
    let isColoured: Bool

    private let descriptor: Int32
    private let queue = LogQueue()

    /// - Parameter descriptor: stays its owner's, and open for as long as this lives.
    init(descriptor: Int32, environment: [String: String]) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
        isColoured = isTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }

    /// Writes `line` in its turn, behind what `notice` says of lines that were dropped before it.
    func append(_ line: String, notice: @escaping @Sendable (_ lost: Int) -> String) {
        queue.append { [descriptor] lost in
            Self.write((lost == 0 ? "" : notice(lost)) + line, to: descriptor)
        }
    }

    /// Waits until what was appended is written, or until `patience` is over.
    func drain(within patience: DispatchTimeInterval) {
        queue.drain(within: patience)
    }

    /// A line that cannot be written is lost: there is nowhere to say so.
    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            // The pointer is the slice's own memory, and write(2) reads no more than it is told.
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if written < 0, errno == EAGAIN {
                // Somebody made the descriptor non-blocking: wait for room as a blocking one would.
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            } else if written == 0 || errno != EINTR {
                return
            }
        }
    }
}
