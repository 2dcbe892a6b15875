import Glibc

/// Why a measurement can't be made, in words for whoever runs it.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// What the C library said of the call that failed last.
    init(_ what: String, errno number: Int32) {
        self.init("\(what): \(String(cString: strerror(number)))")
    }
}
