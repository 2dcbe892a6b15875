import Glibc
import LinuxHost
import PrompterCore

/// How steady the machine is: how long the same work takes each time, and what others take of its time.
struct MachineNoise {
    /// How long each calibration took, in seconds.
    private(set) var calibrations: [Double] = []
    private(set) var loads: [Double] = []
    private let begin: CPUTime

    init() throws { begin = try CPUTime() }

    /// Does a fixed piece of work, which takes about a twentieth of a second.
    mutating func calibrate() {
        let start = Moment.now.uptime
        var state: UInt64 = 1
        for _ in 0..<20_000_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407 ^ state >> 31
        }
        // An odd number never comes of it, but the compiler does not know that.
        if state == 0 { print() }
        calibrations.append((Moment.now.uptime - start).seconds)
        var load = 0.0
        getloadavg(&load, 1)
        loads.append(load)
    }

    /// Its figures so far.
    func figures() throws -> Figures {
        let sorted = calibrations.sorted()
        let median = Figures.percentile(0.5, of: sorted)
        var figures = Figures()
        figures.add("cores", Double(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        figures.add("calibration_seconds_median", median)
        figures.add(
            "calibration_spread", ((sorted.last ?? 0) - (sorted.first ?? 0)) / max(median, .leastNonzeroMagnitude))
        figures.add("steal_share", try CPUTime().stolenShare(since: begin))
        figures.add("load_min", loads.min() ?? 0)
        figures.add("load_max", loads.max() ?? 0)
        return figures
    }
}

/// The first line of /proc/stat: what all cores did since the machine's start (proc(5)).
private struct CPUTime {
    private var total: Double
    private var stolen: Double

    init() throws {
        let text = String(decoding: try FileReading.read("/proc/stat"), as: UTF8.self)
        let numbers = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().compactMap { Double($0) }
        // User, nice, system, idle, waiting, interrupts, soft interrupts, stolen; what guests used is in user, too.
        guard numbers.count >= 8 else { throw BenchFailure("/proc/stat says nothing of the CPU") }
        total = numbers.prefix(8).reduce(0, +)
        stolen = numbers[7]
    }

    func stolenShare(since earlier: CPUTime) -> Double {
        total > earlier.total ? (stolen - earlier.stolen) / (total - earlier.total) : 0
    }
}
