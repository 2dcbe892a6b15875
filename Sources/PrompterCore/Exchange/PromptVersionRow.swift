/// A row of the service layer's table `prompt_versions`.
public struct PromptVersionRow: Hashable, Sendable {
    /// Where the columns stand, as the header says.
    public struct Header: Hashable, Sendable {
        fileprivate var places: [String: Int]
        fileprivate var count: Int

        /// - Throws: where a column is missing, or stands twice.
        public init(_ fields: [String]) throws(ExchangeRow.Refusal) {
            count = fields.count
            places = [:]
            for (place, name) in fields.enumerated() {
                guard places.updateValue(place, forKey: name) == nil else {
                    throw ExchangeRow.Refusal("the column \"\(SafeText(name))\" appears twice")
                }
            }
            let missing = PromptVersionRow.columns.filter { places[$0] == nil }
            guard missing.isEmpty else {
                let near = Suggestion.text(for: missing[0], among: fields)
                throw ExchangeRow.Refusal("the header has no \(missing.joined(separator: ", "))\(near)")
            }
        }
    }

    /// The columns that a header must have; others are not looked at.
    static let columns = [
        "org_id", "workspace_id", "template_id", "provider", "model_id", "provider_version_key",
        "fingerprint_captured_at", "first_seen_at", "last_seen_at",
    ]

    public var watch: Watch.Key
    public var version: VersionIdentity
    public var capturedAt: Timestamp?
    public var firstSeen: Timestamp
    public var lastSeen: Timestamp

    /// - Returns: `nil` for a row that names no version: the service layer wrote `unknown` where the provider said nothing.
    /// - Throws: where the row is none.
    public init?(_ fields: [String], _ header: Header) throws(ExchangeRow.Refusal) {
        guard fields.count == header.count else {
            throw ExchangeRow.Refusal("it has \(fields.count) fields but the header has \(header.count)")
        }
        func text(_ name: String) -> String { header.places[name].map { fields[$0] } ?? "" }
        func time(_ name: String) throws(ExchangeRow.Refusal) -> Timestamp {
            guard let time = TimeText.parse(text(name)) else {
                throw ExchangeRow.Refusal("\(name): \"\(SafeText(text(name), limit: 40))\" is not a time")
            }
            return time
        }
        for name in Self.columns.prefix(6) where text(name).isEmpty { throw ExchangeRow.Refusal("\(name) is empty") }
        watch = Watch.Key(
            org: text("org_id"), workspace: text("workspace_id"), template: text("template_id"),
            provider: text("provider"), model: text("model_id"))
        firstSeen = try time("first_seen_at")
        lastSeen = try time("last_seen_at")
        guard firstSeen <= lastSeen else { throw ExchangeRow.Refusal("last_seen_at is earlier than first_seen_at") }
        // NULL is empty in most programs' CSV, and \N in PostgreSQL's COPY.
        capturedAt =
            ["", "NULL", "\\N"].contains(text("fingerprint_captured_at"))
            ? nil : try time("fingerprint_captured_at")
        let key = text("provider_version_key")
        if key == "unknown" { return nil }
        // The table does not say which of the two a key is; OpenAI's fingerprints begin so.
        let isFingerprint = key.hasPrefix("fp_")
        guard
            let version = VersionIdentity(
                resolvedModel: isFingerprint ? nil : key, fingerprint: isFingerprint ? key : nil)
        else {
            throw ExchangeRow.Refusal("provider_version_key is longer than \(VersionIdentity.longestName) bytes")
        }
        self.version = version
    }
}
