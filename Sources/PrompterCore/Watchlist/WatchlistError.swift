/// One thing that is wrong in a watchlist, and where.
public struct WatchlistError: Hashable, Sendable, CustomStringConvertible {
    /// The file's name, as the user gave it.
    public var file: String
    /// `nil` where the file as a whole is meant.
    public var position: TextPosition?
    /// Where in the document: `watches[3].provider`; empty for the document itself.
    public var path: String
    /// What is wrong and what to do, in one line.
    public var message: SafeText

    /// What looks like a key is left out of `path` and `message`: somebody may have put one where a name was asked for.
    public init(file: String, position: TextPosition? = nil, path: String = "", message: String) {
        self.file = file
        self.position = position
        let redaction = Redaction(nil)
        self.path = path.split(separator: ".", omittingEmptySubsequences: false).map { redaction.clean(String($0)) }
            .joined(separator: ".")
        self.message = SafeText(redaction.clean(message), limit: 1024)
    }

    /// `watchlist.json:14:20: watches[3].provider: no provider named "opnai"; did you mean "openai"?`
    public var description: String {
        let place = position.map { ":\($0.line):\($0.column)" } ?? ""
        return "\(SafeText(file, limit: 4096))\(place): \(path.isEmpty ? "" : "\(SafeText(path)): ")\(message)"
    }
}

/// A watchlist that is not valid: all that is wrong with it, in the file's order.
public struct InvalidWatchlist: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one.
    public var errors: [WatchlistError]

    public init(errors: [WatchlistError]) {
        self.errors = errors
    }

    /// A line for each error.
    public var description: String {
        errors.map(\.description).joined(separator: "\n")
    }
}
