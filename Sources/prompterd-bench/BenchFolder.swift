import Foundation

/// A folder for a run's files, removed with it.
struct BenchFolder: ~Copyable {
    /// Absolute, since the programs that work in it have working directories of their own.
    let path: String

    init(in parent: String) throws {
        path = URL(fileURLWithPath: "\(parent)/prompterd-bench-\(UInt64.random(in: 0 ... .max))").path
        Leftovers.note(folder: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
        Leftovers.forget(folder: path)
    }
}
