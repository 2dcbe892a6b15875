/// Where a watch's events are sent, and how: its `on_change`.
public struct Webhook: Hashable, Sendable {
    /// What is sent. The raw value stands in the watchlist.
    public enum Format: String, Hashable, Sendable, CaseIterable {
        case prompterd, slack, pagerduty, alertmanager

        /// Where it is sent if the entry names no URL; `nil` if the entry must name one.
        var usualURL: String? { self == .pagerduty ? "https://events.pagerduty.com/v2/enqueue" : nil }
    }

    /// The least severity that is sent where its entry does not say.
    public static let usualSeverity = Severity.major

    public var url: String
    public var format: Format
    /// A file whose lines are header fields that are sent too, a credential among them; `nil` for none.
    public var headerFile: String?
    /// A file with the keys that sign what is sent; `nil` for none.
    public var signingKeyFile: String?
    /// A file with PagerDuty's routing key; `nil` in every other format.
    public var routingKeyFile: String?
    /// The least severity that is sent.
    public var severity: Severity

    public init(
        url: String, format: Format = .prompterd, headerFile: String? = nil, signingKeyFile: String? = nil,
        routingKeyFile: String? = nil, severity: Severity = usualSeverity
    ) {
        self.url = url
        self.format = format
        self.headerFile = headerFile
        self.signingKeyFile = signingKeyFile
        self.routingKeyFile = routingKeyFile
        self.severity = severity
    }

    /// What the store knows it by, since its URL is often a secret: the SHA-256 of what says who receives. Format and signing
    /// keys don't: what is pending when they change is sent as the entry says now.
    public var id: [UInt8] {
        var hash = SHA256()
        hash.update(field: url)
        hash.update(field: headerFile ?? "")
        if let routingKeyFile { hash.update(field: routingKeyFile) }
        return hash.finish()
    }

    /// The files that its entry names.
    public var files: [WebhookFile] {
        [
            headerFile.map { WebhookFile(.headers, $0) }, signingKeyFile.map { WebhookFile(.signingKeys, $0) },
            routingKeyFile.map { WebhookFile(.routingKey, $0) },
        ].compactMap(\.self)
    }

    /// Scheme and host, which is all of its URL that is ever shown: `https://hooks.example`.
    public var origin: SafeText {
        let scheme = url.prefix { $0 != ":" }
        let authority = url.dropFirst(scheme.count).drop { $0 == ":" || $0 == "/" }.prefix { !"/?#".contains($0) }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return SafeText("\(scheme)://\(host)")
    }
}

/// A file of secrets that a webhook's entry names.
public struct WebhookFile: Hashable, Sendable {
    /// What stands in it. The raw value names it in messages.
    public enum Kind: String, Hashable, Sendable {
        case headers = "header file"
        case signingKeys = "signing key file"
        case routingKey = "routing key file"
    }

    public var kind: Kind
    public var path: String

    public init(_ kind: Kind, _ path: String) {
        self.kind = kind
        self.path = path
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
