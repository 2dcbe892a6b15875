/// A target of a recorded past, as the past names it.
struct ReplaySubject: Sendable {
    /// A watch that pointed to it.
    struct Pointer: Sendable {
        var watch: Watch.Key
        var from: Timestamp
        var until: Timestamp?
    }

    let target: TargetID
    let provider: String
    let model: String
    var pointers: [Pointer] = []
    /// What its probes are taken to show. A completion shows whether there is a fingerprint; that there could have been a digest
    /// or metadata is known once there was one.
    var shows = SignalSet.completion
    /// The slot of its last finding, where the past names none.
    var slot: Int64 = 0
    /// Where its last finding stands.
    var head: (time: Timestamp, id: UInt64)?

    init(_ target: TargetID, provider: String, model: String) {
        self.target = target
        self.provider = provider
        self.model = model
    }

    /// A target that is known by no more than what is asked for and of whom.
    init(provider: String, model: String) {
        var hash = SHA256()
        hash.update(field: "replay")
        hash.update(field: provider)
        hash.update(field: model)
        self.init(TargetID(hash: hash), provider: provider, model: model)
    }

    func report(_ event: Event) -> EventReport {
        let watches = pointers.filter { $0.from <= event.time && $0.until.map { event.time < $0 } ?? true }.map(\.watch)
        return EventReport(
            event: event, recordedAt: event.time, provider: provider, model: model, watches: watches.sorted())
    }
}
