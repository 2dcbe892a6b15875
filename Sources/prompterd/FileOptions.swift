import ArgumentParser
import LinuxHost

/// Where the watchlist is.
struct WatchlistOption: ParsableArguments {
    @Option(
        name: .customLong("watchlist"),
        help: ArgumentHelp("The watchlist [PROMPTERD_WATCHLIST; /etc/prompterd/watchlist.json].", valueName: "file"))
    var given: String?

    var path: String { given ?? Environment.all["PROMPTERD_WATCHLIST"] ?? "/etc/prompterd/watchlist.json" }
}

/// Where the database is.
struct DatabaseOption: ParsableArguments {
    @Option(
        name: .customLong("database"),
        help: ArgumentHelp(
            "The database [PROMPTERD_DATABASE; prompterd.db in $STATE_DIRECTORY or /var/lib/prompterd].",
            valueName: "file"))
    var given: String?

    /// A link is followed here, once for all: SQLite keeps its log beside the file, and the lock stands there too, so that two
    /// names of one database must not have one each.
    var path: String {
        let path =
            given ?? Environment.all["PROMPTERD_DATABASE"]
            ?? "\(Environment.all["STATE_DIRECTORY"] ?? "/var/lib/prompterd")/prompterd.db"
        return LinkedPath.resolved(path)
    }
}
