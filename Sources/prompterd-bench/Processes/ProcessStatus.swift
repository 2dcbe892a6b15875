import Glibc
import LinuxHost

/// What another process has used so far, as proc(5) shows it.
struct ProcessStatus {
    /// CPU time of all its threads, in seconds.
    var cpuSeconds: Double
    /// What is resident of it, and the most that was, in bytes.
    var memoryBytes: Int
    var peakMemoryBytes: Int
    /// How many times one of the threads that live gave up its core to wait.
    var voluntarySwitches: Int

    init(of process: pid_t) throws {
        var (clock, time) = (clockid_t(), timespec())
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else {
            throw BenchFailure("the process has ended")
        }
        cpuSeconds = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        let lines = try Self.lines(of: "/proc/\(process)/status")
        memoryBytes = (lines["VmRSS"] ?? 0) * 1024
        peakMemoryBytes = (lines["VmHWM"] ?? 0) * 1024
        voluntarySwitches = Self.threads(of: process).reduce(0) { sum, thread in
            // One that ends meanwhile is left out.
            sum + ((try? Self.lines(of: "/proc/\(process)/task/\(thread)/status"))?["voluntary_ctxt_switches"] ?? 0)
        }
    }

    /// The numbers of a status file, by their names.
    private static func lines(of path: String) throws -> [String: Int] {
        let text = String(decoding: try FileReading.read(path), as: UTF8.self)
        return text.split(separator: "\n").reduce(into: [:]) { lines, line in
            guard let colon = line.firstIndex(of: ":") else { return }
            let number = line[colon...].dropFirst().drop { $0 == " " || $0 == "\t" }.prefix { $0.isNumber }
            lines[String(line[..<colon])] = Int(number)
        }
    }

    private static func threads(of process: pid_t) -> [String] {
        guard let folder = opendir("/proc/\(process)/task") else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            // readdir(3) ends d_name with a NUL.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name.first != "." { names.append(name) }
        }
        return names
    }
}
