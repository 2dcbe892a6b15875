import ArgumentParser

/// Where the watchlist is.
struct WatchlistOption: ParsableArguments {
    @Option(
        name: .customLong("watchlist"),
        help: ArgumentHelp("The watchlist [PROMPTERD_WATCHLIST; /etc/prompterd/watchlist.json].", valueName: "file"))
    var given: String?

    var path: String { given ?? Environment.all["PROMPTERD_WATCHLIST"] ?? "/etc/prompterd/watchlist.json" }
}
