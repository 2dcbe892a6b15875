/// What a target's failed attempts since its last success amount to, and when that is an event.
public struct Trouble: Hashable, Sendable {
    /// A target that used to work and is refused for so many slots in a row is told of, unless that often happens to it.
    public static let mostRefusedSlots = 5

    /// The class of the last attempt's failure; `nil` where it succeeded.
    public var failure: FailureClass?
    /// How many attempts failed.
    public var failures: Int
    /// Whether the provider said, and a second probe confirmed, that it knows no such model.
    public var isNotFound: Bool
    /// In how many slots in a row the target was refused, however. Slots in which nobody answered are left out.
    public var refusedSlots: Int
    /// The last slot in which it was refused, or its model not found.
    public var refusedSlot: Int64?
    /// Whether it was told that it is refused.
    public var isRefused: Bool
    /// How often it was refused before.
    public var history: RefusalHistory

    public init(
        failure: FailureClass? = nil, failures: Int = 0, isNotFound: Bool = false,
        refusedSlots: Int = 0, refusedSlot: Int64? = nil, isRefused: Bool = false,
        history: RefusalHistory = RefusalHistory()
    ) {
        self.failure = failure
        self.failures = failures
        self.isNotFound = isNotFound
        self.refusedSlots = refusedSlots
        self.refusedSlot = refusedSlot
        self.isRefused = isRefused
        self.history = history
    }

    /// Takes the target's latest attempt, which failed.
    ///
    /// - Parameter hasSucceeded: whether the target ever worked.
    /// - Returns: the events that it makes.
    public mutating func take(_ attempt: FailedAttempt, hasSucceeded: Bool) -> [Event] {
        let isNextSlot = refusedSlot != attempt.slot
        // One answer of one slot, told of again after a restart, confirms nothing.
        let isConfirmed = mayBeNotFound && (attempt.isConfirmation || isNextSlot)
        failure = attempt.failureClass
        failures += 1
        if attempt.failureClass == .notFound {
            refusedSlot = attempt.slot
            guard isConfirmed, !isNotFound else { return [] }
            isNotFound = true
            return [Event(notFoundBy: attempt)]
        }
        guard attempt.isRefusal else { return [] }
        if refusedSlots == 0 || isNextSlot { refusedSlots += 1 }
        refusedSlot = attempt.slot
        guard refusedSlots >= Self.mostRefusedSlots, hasSucceeded, !isRefused,
            history.makesImprobable(run: refusedSlots)
        else { return [] }
        isRefused = true
        return [Event(refusedBy: attempt)]
    }

    /// Whether the provider said that it knows no such model, and has not refused the target in other words before or since.
    private var mayBeNotFound: Bool { failure == .notFound || refusedSlots == 0 && refusedSlot != nil }

    /// Takes the target's latest attempt, which succeeded.
    ///
    /// - Returns: the events that it makes.
    public mutating func end(by observation: Observation) -> [Event] {
        defer {
            var history = history
            if !observation.isConfirmation || refusedSlots > 0 {
                history.take(answerAfter: refusedSlots, wasTold: isRefused)
            }
            self = Trouble(history: history)
        }
        return (isNotFound ? [Event(.found, of: observation)] : [])
            + (isRefused ? [Event(.accepted, of: observation)] : [])
    }
}
