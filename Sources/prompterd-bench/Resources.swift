import Glibc

/// What a process has used, as getrusage(2) counts it.
struct Resources {
    /// CPU time of all threads, in seconds.
    var cpuSeconds: Double
    /// The most memory that was resident, in bytes. The kernel counts that of the process which started it, too, so that it says
    /// nothing of a program that is smaller than the bench.
    var peakMemoryBytes: Int
    /// How many times a thread gave up its core to wait.
    var voluntarySwitches: Int

    init(_ usage: rusage) {
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
        peakMemoryBytes = Int(usage.ru_maxrss) * 1024
        voluntarySwitches = Int(usage.ru_nvcsw)
    }

    /// Of this process.
    static var now: Resources {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Resources(usage)
    }
}
