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
