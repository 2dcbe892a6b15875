import Glibc

/// How many files a process may have open.
public enum OpenFiles {
    /// Raises the limit to the most that it may be. The usual one, 1024, is kept low for programs that use select(2) alone
    /// (https://0pointer.net/blog/file-descriptor-limits.html); each probe in flight needs a connection.
    public static func raiseLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(resource, &limit)
    }
}
