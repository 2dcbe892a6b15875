import Glibc
import LinuxHost
import PrompterCore

/// Shows on a terminal how far something has come that takes longer than a second; writes nothing elsewhere.
final class Progress {
    private let what: String
    private let start = Moment.now.uptime
    private let isShown = isatty(STDERR_FILENO) == 1
    private var last: Uptime?
    private var calls = 0

    /// - Parameter what: what is counted: `watches`.
    init(_ what: String) {
        self.what = what
    }

    /// - Parameter total: `nil` where it is not known.
    func report(_ count: Int, of total: Int? = nil) {
        calls += 1
        guard isShown, calls.isMultiple(of: 16) else { return }
        let now = Moment.now.uptime
        guard now - start > .seconds(1), now - (last ?? .start) > .milliseconds(200) else { return }
        last = now
        Console.write("\r\(count)\(total.map { " of \($0)" } ?? "") \(what)\u{1B}[K", to: STDERR_FILENO)
    }

    /// Takes the line away.
    func end() {
        if last != nil { Console.write("\r\u{1B}[K", to: STDERR_FILENO) }
        last = nil
    }
}
