import Glibc

/// What Swift's runtime prints when the program crashes: among it what its registers point to, which may be a piece of a key.
public enum CrashMessages {
    /// The signals that the runtime takes over, by default on Linux
    /// (https://github.com/swiftlang/swift/blob/main/docs/Backtracing.rst).
    private static let signals = [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP]

    /// Lets a crash end the program at once and without a word, unless `SWIFT_BACKTRACE` says what is wanted. The runtime's own
    /// line about what went wrong stays.
    public static func silence() {
        guard getenv("SWIFT_BACKTRACE") == nil else { return }
        for number in signals { signal(number, SIG_DFL) }
    }
}
