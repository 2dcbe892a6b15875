import Foundation
import Glibc

/// Where commands write: results to standard output, all else to standard error.
enum Console {
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

    /// Writes lines to standard error.
    static func complain(_ lines: String) {
        FileHandle.standardError.write(Data("\(lines)\n".utf8))
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
