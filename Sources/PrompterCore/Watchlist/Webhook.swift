/// Where a watch's events are sent: its `on_change`.
public struct Webhook: Hashable, Sendable {
    /// The least severity that is sent where its entry does not say.
    public static let usualSeverity = Severity.major

    public var url: String
    /// A file whose lines are header fields that are sent too, a credential among them; `nil` for none.
    public var headerFile: String?
    /// The least severity that is sent.
    public var severity: Severity

    public init(url: String, headerFile: String? = nil, severity: Severity = usualSeverity) {
        self.url = url
        self.headerFile = headerFile
        self.severity = severity
    }

    /// What the store knows it by, since its URL is often a secret: the SHA-256 of URL and header file.
    public var id: [UInt8] {
        var hash = SHA256()
        hash.update(field: url)
        hash.update(field: headerFile ?? "")
        return hash.finish()
    }

    /// Scheme and host, which is all of its URL that is ever shown: `https://hooks.example`.
    public var origin: SafeText {
        let scheme = url.prefix { $0 != ":" }
        let authority = url.dropFirst(scheme.count).drop { $0 == ":" || $0 == "/" }.prefix { !"/?#".contains($0) }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return SafeText("\(scheme)://\(host)")
    }
}

/// How much an event matters to who is on call. The raw value stands in the watchlist and in webhooks.
public enum Severity: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Good to know.
    case info
    /// Something changed that need not change answers.
    case minor
    /// The model itself changed, is gone, or is not the one that was wanted.
    case major

    public static func < (left: Severity, right: Severity) -> Bool {
        rank(left) < rank(right)
    }

    private static func rank(_ severity: Severity) -> Int { allCases.firstIndex(of: severity) ?? 0 }
}
