/// What the response of one call says.
struct CallAnswer: Hashable, Sendable {
    var model: String?
    var fingerprint: String?
    var digest: String?
    var metadata: String?
    /// What a call of its form shows, whether or not this one did.
    var shows: SignalSet
    var retirement: Timestamp?
    var usage = Usage()
    var latency: Duration = .zero

    init(model: String?, shows: SignalSet) {
        self.model = model
        self.shows = shows
    }

    /// Takes the date of the model's retirement. Where one stands that can't be read, whether there is one is not known.
    mutating func takeRetirement(_ date: JSONNode?) {
        retirement = RetirementDate.read(date)
        let isAbsent = if case .null? = date?.value { true } else { date == nil }
        if retirement != nil || isAbsent { shows.insert(.retirement) }
    }

    /// Adds what a lookup says beside a completion. What answered is what the completion names.
    mutating func add(_ lookup: CallAnswer) {
        digest = digest ?? lookup.digest
        metadata = metadata ?? lookup.metadata
        retirement = retirement ?? lookup.retirement
        shows.formUnion(lookup.shows)
    }
}

/// Tokens that a probe used, as the provider counted them; `nil` where it did not say.
public struct Usage: Hashable, Sendable {
    public var inputTokens: Int?
    /// Hidden reasoning counts as output, as it is billed.
    public var outputTokens: Int?

    public init(inputTokens: Int? = nil, outputTokens: Int? = nil) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
    }
}

extension Usage {
    /// A count of tokens as a provider writes it; `nil` for anything that can't be one.
    static func tokens(in node: JSONNode?) -> Int? {
        node?.integer.flatMap { (0...1_000_000_000).contains($0) ? $0 : nil }
    }
}

/// When a provider will shut a model down, as providers write it.
enum RetirementDate {
    /// A date (`2026-10-01`, its first moment in UTC), a date with a time, or seconds since 1970; `nil` for anything else.
    static func read(_ node: JSONNode?) -> Timestamp? {
        if let seconds = node?.integer { return (1...253_402_300_799).contains(seconds) ? at(seconds) : nil }
        guard let text = node?.string, text.utf8.count <= 64 else { return nil }
        return Timestamp(iso8601: text.utf8.count == 10 ? "\(text)T00:00:00Z" : text)
    }

    private static func at(_ seconds: Int) -> Timestamp {
        Timestamp(milliseconds: Int64(seconds) * 1000)
    }
}
