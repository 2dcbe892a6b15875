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
}
