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
