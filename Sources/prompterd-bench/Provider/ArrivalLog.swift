import Foundation
import Glibc

/// When which target was called, in memory until somebody asks for it.
struct ArrivalLog {
    /// Sixteen bytes each: nanoseconds, the target, how many were in flight.
    private var bytes = [UInt8](repeating: 0, count: 16)
    var inFlight = 0

    /// By CLOCK_MONOTONIC, in nanoseconds.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    mutating func add(target: UInt32?) {
        inFlight += 1
        withUnsafeBytes(of: (Self.now, target ?? .max, UInt32(inFlight))) { bytes.append(contentsOf: $0) }
    }

    /// Writes all of it, behind a head of as many bytes as an entry.
    func write(to path: String) {
        try? Data(bytes).write(to: URL(fileURLWithPath: path))
    }
}
