import ArgumentParser

/// Where the database is.
struct DatabaseOption: ParsableArguments {
    @Option(
        name: .customLong("database"),
        help: ArgumentHelp(
            "The database [PROMPTERD_DATABASE; prompterd.db in $STATE_DIRECTORY or /var/lib/prompterd].",
            valueName: "file"))
    var given: String?

    var path: String {
        given ?? Environment.all["PROMPTERD_DATABASE"]
            ?? "\(Environment.all["STATE_DIRECTORY"] ?? "/var/lib/prompterd")/prompterd.db"
    }
}
