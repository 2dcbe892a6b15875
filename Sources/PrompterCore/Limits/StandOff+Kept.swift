extension StandOff {
    /// What of a stand-off survives a restart: by the wall clock, for uptime starts anew. There is at most one of each scope.
    public struct Kept: Hashable, Sendable {
        public var scope: Scope
        public var cause: FailureClass
        /// When the trial may be made; `nil` where the stand-off is over.
        public var end: Timestamp?
        /// How often in a row the cause was met.
        public var repetitions: Int

        public init(scope: Scope, cause: FailureClass, end: Timestamp?, repetitions: Int) {
            self.scope = scope
            self.cause = cause
            self.end = end
            self.repetitions = repetitions
        }

        /// It, once it is over.
        public var ended: Kept { Kept(scope: scope, cause: cause, end: nil, repetitions: repetitions) }
    }

    func kept(at now: Moment) -> Kept {
        Kept(scope: scope, cause: cause, end: now.wall + (end - now.uptime), repetitions: repetitions)
    }
}
