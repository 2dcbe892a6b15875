import ArgumentParser
import Foundation
import Glibc
import PrompterCore

/// Where commands write: results to standard output, all else to standard error.
enum Console {
    /// Puts something in the place of a standard stream that is closed, on which each use fails as before. The next file that is
    /// opened would get its number, the database perhaps, and what is shown would be written into it.
    static func replaceClosedStreams() {
        for (stream, access) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(stream, F_GETFD) < 0 {
            _ = open("/dev/null", access)
        }
    }

    /// Whether standard output is a terminal that wants colour (https://no-color.org).
    static var isColoured: Bool {
        isatty(STDOUT_FILENO) == 1 && Environment.all["NO_COLOR"]?.isEmpty != false && Environment.all["TERM"] != "dumb"
    }

    /// How many columns the terminal on standard output has; `nil` where it is none.
    static var width: Int? {
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    /// Writes `text` and the end of its line to standard output.
    ///
    /// - Throws: ``ExitStatus/failed`` where it can't be written; standard error says why.
    static func show(_ text: String) throws {
        guard write("\(text)\n", to: STDOUT_FILENO) else {
            complain("standard output: \(String(cString: strerror(errno)))")
            throw ExitStatus.failed
        }
    }

    /// Writes lines to standard error.
    ///
    /// - Parameter patience: how long a reader that does not read is waited for; then they are dropped.
    static func complain(_ lines: String, patience: Duration? = nil) {
        if let patience {
            var stream = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
            guard poll(&stream, 1, CInt(patience.milliseconds)) == 1 else { return }
        }
        write("\(lines)\n", to: STDERR_FILENO)
    }

    /// Writes `text` as it is.
    ///
    /// - Returns: `false` where it can't be written; `errno` says why.
    @discardableResult
    static func write(_ text: String, to descriptor: Int32) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, !rest.isEmpty {
                let count = Glibc.write(descriptor, start, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { return false }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            return true
        }
    }
}

/// How a command writes its result.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
