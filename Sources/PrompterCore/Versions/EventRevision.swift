/// What a target's past, told anew with an observation that came late, makes of the events that were told before.
public struct EventRevision {
    /// Events that the past makes and nobody told.
    public private(set) var missing: [Event] = []
    /// Events that were told, hold, and are completed by another observation than was thought: they are not told again.
    public private(set) var moved: [(told: Event, derived: Event)] = []
    /// Events that were told and do not hold. A first version is told of once, whichever it was.
    public private(set) var refuted: [Event] = []

    /// - Parameters:
    ///   - derived: the events of the past as it is known now.
    ///   - told: those that the store has of the same stretch, corrected ones left out.
    public init(derived: [Event], told: [Event]) {
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
        let known = Set(told.map(\.id))
        let holding = Set(derived.map(\.id))
        var left = Dictionary(grouping: told.filter { !holding.contains($0.id) }, by: Subject.init)
        let isFirstTold = told.contains { $0.kind == .first }
        for event in derived where !known.contains(event.id) && !(isFirstTold && event.kind == .first) {
            if let told = left[Subject(event)]?.first {
                left[Subject(event)]?.removeFirst()
                moved.append((told, event))
            } else {
                missing.append(event)
            }
        }
        refuted = told.filter { event in
            event.kind != .first && left[Subject(event)]?.contains { $0.id == event.id } == true
        }
    }
}
