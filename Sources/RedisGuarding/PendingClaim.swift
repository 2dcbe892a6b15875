import PrompterCore

/// A claim on its way through Redis.
struct PendingClaim: Sendable {
    /// What to ask Redis next.
    enum Step: Sendable {
        /// For the slot: a lease of it, or what is there.
        case ask
        /// For a lease in the place of this text, which says that the slot's hold is over.
        case takeOver([UInt8])
    }

    let claim: Claim
    /// When the claim was made.
    let now: Moment
    /// The attempt that an admission would be.
    var attempt: Int
    var step = Step.ask
    /// The answer, once there is one.
    var admission: Admission?

    init(_ claim: Claim, attempt: Int, now: Moment) {
        self.claim = claim
        self.attempt = attempt
        self.now = now
    }
}
