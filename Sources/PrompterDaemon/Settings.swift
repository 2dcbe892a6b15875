public import PrompterAPI
import PrompterCore
public import RedisGuarding

/// How the daemon runs. What it watches is the watchlist's.
public struct Settings: Sendable {
    /// The path of the watchlist.
    public var watchlist: String
    /// The path of the database.
    public var database: String
    /// The path of the textfile; `nil` for none.
    public var textfile: String?
    /// Where the API listens; `nil` for nowhere.
    public var listen: ListenAddress?
    /// `nil` for no Redis: the in-process guard decides alone.
    public var redis: RedisURL?
    /// Whether nothing is to be called: every provider is a stub.
    public var stubsOnly = false
    /// How long a stub takes.
    public var stubPause: Duration = .zero
    /// How many probes may be in flight; `nil` for the sum of the providers' concurrency.
    public var workers: Int?
    /// `false` for an instance that only reads what others observe.
    public var mayCall = true
    /// The labels that stand on every metric.
    public var service = "prompterd"
    public var environmentName = "dev"
    /// How many watches get series of their own.
    public var mostWatchSeries = 10_000
    /// How long observations are kept one by one; then only their daily tallies are.
    public var retention: Duration = .seconds(90 * 86_400)
    /// Where credentials are looked for.
    public var environment: [String: String] = [:]

    public init(watchlist: String, database: String, textfile: String?) {
        self.watchlist = watchlist
        self.database = database
        self.textfile = textfile
    }

    /// The program's version, as `--version` and the build's metric show it.
    public static let version = "0.1.0"

    /// What this program calls itself in every HTTP call.
    static let userAgent = "prompterd/\(version)"
}
