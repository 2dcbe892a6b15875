import Foundation

/// A folder for a run's database, removed with it.
struct BenchFolder: ~Copyable {
    let path: String

    init(in parent: String) throws {
        path = "\(parent)/prompterd-bench-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
