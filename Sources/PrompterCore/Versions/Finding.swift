/// What an ended probe, or a slot that another instance probed, leaves to be recorded.
public enum Finding: Hashable, Sendable {
    /// An answer. `imported` where another instance made the call.
    case observation(Observation, imported: Bool)
    case failure(FailedAttempt)

    public var target: TargetID {
        switch self {
        case .observation(let observation, _): observation.target
        case .failure(let attempt): attempt.target
        }
    }

    /// Whether it says something about versions.
    public var isObservation: Bool {
        if case .observation = self { true } else { false }
    }

    /// When the answer was parsed, or the attempt ended.
    public var time: Timestamp {
        switch self {
        case .observation(let observation, _): observation.time
        case .failure(let attempt): attempt.time
        }
    }
}

/// A probe that was made and learned nothing: no evidence about versions, but what `status` calls trouble.
public struct FailedAttempt: Hashable, Sendable {
    public var target: TargetID
    /// The number of the slot that it was made for.
    public var slot: Int64
    public var time: Timestamp
    public var failureClass: FailureClass
    /// Whose trouble it shows.
    public var scope: FailureScope
    /// What the provider said; `nil` for an attempt that another instance made.
    public var reason: SafeText?
    /// Whether the probe was made to confirm what the slot's own probe met.
    public var isConfirmation: Bool

    /// - Parameter scope: `nil` for the usual one of the class.
    public init(
        target: TargetID, slot: Int64 = 0, time: Timestamp, failureClass: FailureClass, scope: FailureScope? = nil,
        reason: SafeText? = nil, isConfirmation: Bool = false
    ) {
        self.target = target
        self.slot = slot
        self.time = time
        self.failureClass = failureClass
        self.scope = scope ?? failureClass.usualScope
        self.reason = reason
        self.isConfirmation = isConfirmation
    }

    /// A probe for `slot` that ended with `failure`.
    public init(_ failure: ProbeFailure, for slot: Slot, at time: Timestamp) {
        self.init(
            target: slot.target, slot: slot.number, time: time, failureClass: failure.failureClass,
            scope: failure.scope, reason: failure.detail, isConfirmation: slot.isConfirmation)
    }

    /// Whether what was asked for is refused, and not the provider in trouble, busy, or closed to the account.
    var isRefusal: Bool {
        switch failureClass {
        case .invalidRequest, .malformed, .noVersion, .address: true
        case .auth: scope != .provider
        case .notFound, .quota, .rateLimited, .timeout, .connection, .serverError: false
        }
    }
}
