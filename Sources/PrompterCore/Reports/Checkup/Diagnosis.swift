/// What a checkup says of one thing: that it is fine, or what to do.
public struct Diagnosis: Hashable, Sendable {
    /// What was looked at. The raw value stands in the output.
    public enum Check: String, Hashable, Sendable, CaseIterable {
        case watchlist, credential, provider, clock, redis, database, daemon, textfile, series, unit, api
    }

    /// What came of it. The raw value stands in the output.
    public enum Verdict: String, Hashable, Sendable {
        case fine, trouble, skipped
    }

    public let check: Check
    /// Which of several: a provider's name, a path.
    public let subject: String?
    public let verdict: Verdict
    /// One line: how it is; or what is wrong and what to do; or why nobody looked.
    public let text: String

    public init(_ check: Check, of subject: String? = nil, _ verdict: Verdict, _ text: String) {
        self.check = check
        self.subject = subject
        self.verdict = verdict
        self.text = SafeText(text, limit: 8192).description
    }

    /// It is fine unless there are `troubles`.
    init(_ check: Check, of subject: String? = nil, troubles: [String], otherwise text: String) {
        self.init(
            check, of: subject, troubles.isEmpty ? .fine : .trouble,
            troubles.isEmpty ? text : troubles.joined(separator: "; "))
    }

    /// It as config/README.md documents it.
    public var json: JSONValue {
        .object([
            .init("check", .string(check.rawValue)), .init("subject", subject.map { .string($0) } ?? .null),
            .init("result", .string(verdict.rawValue)), .init("text", .string(text)),
        ])
    }
}
