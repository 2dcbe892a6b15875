/// What of a suspension survives a restart: by the wall clock, for uptime starts anew.
public struct StandingSuspension: Hashable, Sendable {
    /// Who is suspended.
    public enum Scope: Hashable, Sendable {
        case provider(String)
        case target(TargetID, provider: String)

        /// `nil` for a whole provider.
        public var target: TargetID? {
            if case .target(let target, _) = self { target } else { nil }
        }

        /// Whether calls of `target` are among those that are not made.
        public func concerns(_ target: Target) -> Bool {
            provider == target.provider.name && self.target ?? target.id == target.id
        }

        var provider: String {
            switch self {
            case .provider(let name), .target(_, let name): name
            }
        }
    }

    public var scope: Scope
    /// `auth`, `quota`, `rate_limited` or `not_found`; at most one standing suspension for each scope and cause.
    public var cause: FailureClass
    /// When the next call may be made; `nil` where the suspension has ended.
    public var notBefore: Timestamp?
    /// How often in a row the cause was met.
    public var repetitions: Int

    public init(scope: Scope, cause: FailureClass, notBefore: Timestamp?, repetitions: Int) {
        self.scope = scope
        self.cause = cause
        self.notBefore = notBefore
        self.repetitions = repetitions
    }
}
