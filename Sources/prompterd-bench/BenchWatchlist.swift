import Foundation
import PrompterCore

/// A watchlist in which each watch has a target of its own.
enum BenchWatchlist {
    /// How its only provider is called.
    enum Calls {
        case stub
        /// At a port of this machine.
        case http(port: UInt16)

        fileprivate var members: String {
            switch self {
            case .stub: #""dialect":"stub""#
            case .http(let port): #""dialect":"openai","base_url":"http://127.0.0.1:\#(port)/v1""#
            }
        }
    }

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

    /// Writes such a list for a daemon of its own.
    ///
    /// - Parameters:
    ///   - first: the number of the first target.
    ///   - interval: in whole seconds.
    /// - Returns: its path.
    @discardableResult
    static func write(
        targets: Int, from first: Int = 0, interval: Int, concurrency: Int, _ calls: Calls, in folder: String
    ) throws -> String {
        let watches = (first..<first + targets).map {
            #"{"template":"t-\#($0)","provider":"openai","model":"m-\#($0)"}"#
        }
        let text =
            #"{"defaults":{"interval":"\#(interval)s","timeout":"\#(min(interval, 30))s"},"#
            + #""providers":{"openai":{\#(calls.members),"concurrency":\#(concurrency)}},"#
            + #""watches":[\#(watches.joined(separator: ",\n"))]}"#
        let path = "\(folder)/watchlist.json"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}
