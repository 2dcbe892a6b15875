/// What a target's past, told anew with an observation that came late, makes of the events that were told before.
struct EventRevision {
    /// Events that the past makes and nobody told.
    private(set) var missing: [Event] = []
    /// Events that were told and do not hold.
    private(set) var refuted: [Event] = []

    /// - Parameters:
    ///   - derived: the events of the past as it is known now.
    ///   - told: those that the store has of the same stretch, corrected ones left out.
    init(derived: [Event], told: [Event]) {
        struct Subject: Hashable {
            var kind: Event.Kind
            var signal: Signal?
            var value: String

            init(_ event: Event) {
                kind = event.kind
                signal = event.signal
                value = event.value
            }
        }
        // An event that only completes in another slot now was true when it was told, and is not told again.
        var left = Dictionary(grouping: told, by: Subject.init)
        for event in derived {
            if left[Subject(event)]?.isEmpty == false {
                left[Subject(event)]?.removeFirst()
            } else {
                missing.append(event)
            }
        }
        refuted = told.filter { event in left[Subject(event)]?.contains(event) == true }
    }
}
