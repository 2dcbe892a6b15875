import Glibc

/// What libdispatch writes into the system's log by itself.
public enum DispatchMessages {
    /// Keeps it from saying, at each start, that it may not raise the priority of its timers' thread, which only a privileged
    /// process may (setpriority(2)), unless `LIBDISPATCH_LOG` says what is wanted. To be called before anything else runs:
    /// libdispatch reads the variable once, and setenv(3) is for one thread alone.
    public static func silence() {
        setenv("LIBDISPATCH_LOG", "NO", 0)
    }
}
