import Foundation
import Glibc
import PrompterCore

/// A watchlist of stubs.
enum BenchWatchlist {
    static func make(targets: Int, interval: Duration, concurrency: Int) -> Watchlist {
        let provider = Provider(name: "openai", dialect: .stub, concurrency: concurrency)
        let targets = (0..<targets).map {
            Target(provider: provider, model: "m-\($0)", interval: interval, timeout: min(interval, .seconds(30)))
        }
        let watches = targets.enumerated().map { index, target in
            let key = Watch.Key(
                org: "bench", workspace: "bench", template: "t-\(index)", provider: provider.name, model: target.model)
            return Watch(key: key, target: target)
        }
        return Watchlist(providers: [provider.name: provider], watches: watches, targets: targets)
    }
}

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
