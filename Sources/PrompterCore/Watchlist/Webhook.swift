/// Where a watch's events are sent: its `on_change`.
public struct Webhook: Hashable, Sendable {
    public var url: String
    /// A file whose lines are header fields that are sent too, a credential among them; `nil` for none.
    public var headerFile: String?
    /// The least severity that is sent.
    public var severity: Severity

    public init(url: String, headerFile: String? = nil, severity: Severity = .major) {
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
}
