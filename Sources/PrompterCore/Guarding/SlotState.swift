/// What a guard knows of one slot.
public enum SlotState: Hashable, Sendable {
    /// Somebody is probing it.
    case leased(id: UInt64, attempt: Int)
    /// It has its observation.
    case observed(Observation)
    /// An attempt failed; the next may be made when the hold is over.
    case held(attempt: Int, FailureClass)
    /// It is given up.
    case failed(FailureClass)

    /// Attempts after which a slot is given up.
    public static let mostAttempts = 3
    /// The longest that a provider's `Retry-After` is taken for.
    public static let longestHold = ProbeFailure.longestRetryAfter

    /// What a failed attempt leaves, and for how long the slot is held: until `retryAfter` where the class allows another
    /// attempt and there is one left.
    public static func afterFailure(
        _ failureClass: FailureClass, attempt: Int, retryAfter: Duration?
    ) -> (state: SlotState, hold: Duration) {
        guard failureClass.allowsRetry, attempt < mostAttempts else { return (.failed(failureClass), .zero) }
        let hold = min(retryAfter ?? StandOff.pause(afterAttempt: attempt), longestHold)
        return (.held(attempt: attempt, failureClass), max(hold, .zero))
    }
}
