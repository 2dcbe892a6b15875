import Glibc

/// What the process has used, as getrusage(2) counts it.
struct Resources {
    /// CPU time of all threads, in seconds.
    var cpuSeconds: Double
    /// The most memory that was resident, in bytes.
    var peakMemoryBytes: Int

    static var now: Resources {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return Resources(
            cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime), peakMemoryBytes: Int(usage.ru_maxrss) * 1024)
    }
}
