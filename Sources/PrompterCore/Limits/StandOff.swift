/// A period in which a target, or a whole provider, is not called because of how it failed. When it is over one call, its
/// trial, decides what comes next.
public struct StandOff: Hashable, Sendable {
    /// Who is not called.
    public enum Scope: Hashable, Sendable {
        case provider(String)
        case target(TargetID, provider: String)

        /// `nil` for a whole provider.
        public var target: TargetID? {
            if case .target(let target, _) = self { target } else { nil }
        }

        public var provider: String {
            switch self {
            case .provider(let name), .target(_, let name): name
            }
        }

        /// Whether `target` is not called.
        public func concerns(_ target: Target) -> Bool {
            provider == target.provider.name && self.target ?? target.id == target.id
        }
    }

    /// What it rests on.
    enum Ground: Hashable, Sendable {
        /// One target failed.
        case target
        /// The answer meant the account or the key.
        case account
        /// Two targets failed alike, and none was answered in between.
        case alike
    }

    public let scope: Scope
    let ground: Ground
    /// How the last call that counted failed.
    public private(set) var cause: FailureClass
    /// When it began.
    let begin: Uptime
    /// When the trial may be made.
    public private(set) var end: Uptime
    /// How often in a row the cause was met.
    public private(set) var repetitions = 1
    /// Whether somebody asked for a trial and none has decided yet: what was just put right need not wait long because the
    /// provider was out of order for a moment.
    private var isRechecked = false

    init(_ ground: Ground, after failure: ProbeFailure, of target: Target, at uptime: Uptime) {
        let name = target.provider.name
        scope = ground == .target ? .target(target.id, provider: name) : .provider(name)
        self.ground = ground
        cause = failure.failureClass
        begin = uptime
        end = uptime
        end = uptime + pause(retryAfter: failure.retryAfter, interval: target.interval)
    }

    /// One that stood before a restart, or `nil` where it has ended.
    ///
    /// - Parameter isKeyNew: whether the key was read since, so that a refusal says nothing of it.
    init?(_ kept: Kept, isKeyNew: Bool = true, at now: Moment) {
        guard let keptEnd = kept.end else { return nil }
        scope = kept.scope
        ground = kept.scope.target == nil ? .account : .target
        cause = kept.cause
        begin = now.uptime
        repetitions = max(1, kept.repetitions)
        // A wrong clock keeps nobody waiting for longer than a provider could ask for.
        end =
            now.uptime
            + (cause == .auth && isKeyNew ? .zero : min(max(keptEnd - now.wall, .zero), SlotState.longestHold))
    }

    /// Goes on: the trial failed alike.
    ///
    /// - Parameter isLonger: whether the next pause is longer. It is not while there are targets that have yet to be tried, or
    ///   those that fail would keep one silent that does not.
    mutating func `repeat`(after failure: ProbeFailure, of target: Target, isLonger: Bool = true, at uptime: Uptime) {
        cause = failure.failureClass
        if isLonger { repetitions += 1 }
        isRechecked = false
        end = uptime + pause(retryAfter: failure.retryAfter, interval: target.interval)
    }

    /// Goes on: the trial, of `target`, failed otherwise and showed nothing.
    mutating func renew(of target: Target, at uptime: Uptime) {
        let pause = pause(retryAfter: nil, interval: target.interval)
        end = uptime + (isRechecked ? min(pause, Self.shortestOutagePause) : pause)
    }

    /// Takes note of a call that began before and was told to come back after `time`.
    ///
    /// - Returns: whether that made it longer.
    mutating func extend(for time: Duration, at uptime: Uptime) -> Bool {
        let later = uptime + min(time, cause == .rateLimited ? Self.longestPause : SlotState.longestHold)
        guard later > end else { return false }
        end = later
        return true
    }

    /// Allows a trial at once.
    mutating func recheck(at uptime: Uptime) {
        end = min(end, uptime)
        isRechecked = true
    }

    /// What keeps calls from being made.
    var limit: Limit { Limit(reason: cause == .rateLimited ? .rate : .suspended, until: end) }
}

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

/// What a call's end changed in who is called.
public enum StandOffChange: Hashable, Sendable {
    /// A stand-off began; one of the same scope that stood before is over.
    case began(StandOff)
    /// One goes on: it has another end.
    case prolonged(StandOff)
    case ended(StandOff)

    /// The stand-off that it is about.
    var standOff: StandOff {
        switch self {
        case .began(let standOff), .prolonged(let standOff), .ended(let standOff): standOff
        }
    }

    /// How it is to be kept.
    func kept(at now: Moment) -> StandOff.Kept {
        let kept = standOff.kept(at: now)
        return if case .ended = self { kept.ended } else { kept }
    }
}
