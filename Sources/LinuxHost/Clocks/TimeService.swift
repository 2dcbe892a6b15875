import CSystemd
import Glibc

/// What keeps the machine's clock right.
public enum TimeService {
    /// More than a struct timex takes, in bytes (adjtimex(2)).
    private static let size = 512
    /// TIME_ERROR of <sys/timex.h>: the clock is not synchronised.
    private static let notSynchronized: CInt = 5

    /// Whether one keeps the clock synchronised, as the kernel knows it; `nil` where it does not say.
    public static var isAtWork: Bool? {
        withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) { state in
            // All zeros ask for no change.
            state.initializeMemory(as: UInt8.self, repeating: 0)
            let result = adjtimex(OpaquePointer(state.baseAddress))
            return result < 0 ? nil : result != notSynchronized
        }
    }
}
