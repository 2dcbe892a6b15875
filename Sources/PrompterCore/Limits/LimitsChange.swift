/// What a call's end changed in the limits.
public enum LimitsChange: Hashable, Sendable {
    /// The provider is not called until some time.
    case suspended(provider: String, Suspension)
    /// It is called again.
    case resumed(provider: String, FailureClass)
    /// It failed so often that it is not called for this time.
    case broke(provider: String, pause: Duration)
    /// It works again.
    case mended(provider: String)
    /// One target is not called until some time.
    case targetSuspended(Target, Suspension)
    /// It is called again.
    case targetResumed(Target, FailureClass)

    /// The suspension that it ended, as it is to be kept; `nil` for none.
    var ended: StandingSuspension? {
        let scope: StandingSuspension.Scope
        let cause: FailureClass
        switch self {
        case .resumed(let provider, let ended): (scope, cause) = (.provider(provider), ended)
        case .targetResumed(let target, let ended):
            (scope, cause) = (.target(target.id, provider: target.provider.name), ended)
        case .suspended, .broke, .mended, .targetSuspended: return nil
        }
        return StandingSuspension(scope: scope, cause: cause, notBefore: nil, repetitions: 0)
    }
}
