internal import DequeModule

/// The stand-offs of one provider and of its targets, and what the end of a call makes of them.
struct ProviderStandOffs: Sendable {
    /// How long after one target another that fails alike shows that it is the provider.
    private static let patience: Duration = .seconds(600)

    /// The whole provider's.
    private(set) var whole: StandOff?
    private(set) var targets: [TargetID: StandOff] = [:]
    /// Targets that began to fail since the provider last answered any.
    private var failing: Set<TargetID> = []
    /// Which of the provider's trials was each target's last: the trial goes round.
    private var trials: [TargetID: Int] = [:]
    private var trialCount = 0

    /// What keeps `target` from being called: of two the one that lasts longer.
    func limit(on target: TargetID, at uptime: Uptime) -> Limit? { standOff(on: target, at: uptime)?.limit }

    /// Because of which `target` is not called: of two the one that lasts longer.
    func standOff(on target: TargetID, at uptime: Uptime) -> StandOff? {
        guard whole != nil || !targets.isEmpty else { return nil }
        return [whole, targets[target]].compactMap(\.self).filter { $0.end > uptime }.max { $0.end < $1.end }
    }

    /// Which of `waiting` is to decide of the provider: one that does not fail by itself, where there is one, and of those the
    /// one that has not decided for longest.
    ///
    /// - Returns: its place; `nil` where none of them may be called.
    mutating func chooseTrial(among waiting: Deque<Due>, at uptime: Uptime) -> Int? {
        var best: (index: Int, rank: (Int, Int))?
        for (index, due) in waiting.enumerated() where due.mayCall && limit(on: due.target.id, at: uptime) == nil {
            let rank = (targets[due.target.id] == nil ? 0 : 1, trials[due.target.id] ?? 0)
            if best.map({ rank < $0.rank }) ?? true { best = (index, rank) }
            if rank == (0, 0) { break }
        }
        guard let best else { return nil }
        trialCount += 1
        trials[waiting[best.index].target.id] = trialCount
        return best.index
    }

    /// Takes the end of a call of `target`.
    ///
    /// - Parameters:
    ///   - failure: `nil` for a success.
    ///   - isTrial: whether it was the call that decides of the provider.
    mutating func take(
        _ target: Target, _ failure: ProbeFailure?, isTrial: Bool, at uptime: Uptime
    ) -> [StandOffChange] {
        let own = takeTarget(target, failure, at: uptime)
        if failure?.showsService ?? true { failing = [] }
        guard let whole else { return (failure.flatMap { begin(after: $0, of: target, at: uptime) } ?? []) + own }
        return decide(whole, target, failure, isTrial: isTrial, at: uptime) + own
    }

    /// Leaves `target` alone, whose model the provider does not know: that is confirmed.
    mutating func rest(_ target: Target, _ failure: ProbeFailure, at uptime: Uptime) -> [StandOffChange] {
        guard targets[target.id]?.cause != failure.failureClass else { return [] }
        return begin(failure, target, at: uptime)
    }

    /// Takes note that another instance was answered for `target`. What it was refused or not answered for before is over for all;
    /// only a key may be another's.
    mutating func observedElsewhere(_ target: TargetID) -> [StandOffChange] {
        var changes = targets[target].map { $0.cause == .auth ? [] : end(target) } ?? []
        if let whole, whole.cause != .auth {
            self.whole = nil
            trials = [:]
            changes.append(.ended(whole))
        }
        return changes
    }

    // MARK: one target

    private mutating func takeTarget(
        _ target: Target, _ failure: ProbeFailure?, at uptime: Uptime
    ) -> [StandOffChange] {
        guard let failure else { return end(target.id) }
        let own = targets[target.id]
        let isOutage = failure.failureClass.isOutage
        if failure.restsTarget || failure.failureClass == .notFound && own?.cause == .notFound {
            guard var own else { return begin(failure, target, at: uptime) }
            if own.cause == failure.failureClass || own.cause.isOutage && isOutage {
                own.repeat(after: failure, of: target, at: uptime)
            } else if isOutage {
                return renew(target, at: uptime)
            } else {
                return begin(failure, target, at: uptime)
            }
            targets[target.id] = own
            return [.prolonged(own)]
        }
        guard let own, !own.cause.isOutage, !failure.showsService else { return end(target.id) }
        return renew(target, at: uptime)
    }

    private mutating func begin(_ failure: ProbeFailure, _ target: Target, at uptime: Uptime) -> [StandOffChange] {
        let standOff = StandOff(.target, after: failure, of: target, at: uptime)
        targets[target.id] = standOff
        failing.insert(target.id)
        return [.began(standOff)]
    }

    private mutating func renew(_ target: Target, at uptime: Uptime) -> [StandOffChange] {
        guard var own = targets[target.id], own.end <= uptime else { return [] }
        own.renew(of: target, at: uptime)
        targets[target.id] = own
        return [.prolonged(own)]
    }

    private mutating func end(_ target: TargetID) -> [StandOffChange] {
        failing.remove(target)
        return targets.removeValue(forKey: target).map { [.ended($0)] } ?? []
    }

    // MARK: the whole provider

    private mutating func begin(
        after failure: ProbeFailure, of target: Target, at uptime: Uptime
    ) -> [StandOffChange]? {
        guard failure.scope == .provider || isAlike(failure, target.id, at: uptime) else { return nil }
        let standOff = StandOff(
            failure.scope == .provider ? .account : .alike, after: failure, of: target, at: uptime)
        whole = standOff
        return [.began(standOff)]
    }

    /// Whether `target` has just begun to fail as another did, with no answer in between.
    private func isAlike(_ failure: ProbeFailure, _ target: TargetID, at uptime: Uptime) -> Bool {
        guard failure.mayBeShared, targets[target]?.repetitions == 1, failing.contains(target) else { return false }
        return failing.contains { other in
            guard other != target, let standOff = targets[other] else { return false }
            return standOff.cause == failure.failureClass && uptime - standOff.begin <= Self.patience
        }
    }

    private mutating func decide(
        _ standOff: StandOff, _ target: Target, _ failure: ProbeFailure?, isTrial: Bool, at uptime: Uptime
    ) -> [StandOffChange] {
        guard let failure, !failure.ends(standOff) || failure.scope == .provider else {
            // What was under way when the account was refused says nothing of it.
            guard isTrial || standOff.ground == .alike else { return [] }
            whole = nil
            trials = [:]
            return [.ended(standOff)]
        }
        var standOff = standOff
        if failure.scope == .provider {
            let new = StandOff(.account, after: failure, of: target, at: uptime)
            if standOff.ground != .account || standOff.cause != failure.failureClass {
                guard isTrial || standOff.ground != .account || new.end > standOff.end else { return [] }
                whole = new
                return [.began(new)]
            }
            if isTrial {
                standOff.repeat(after: failure, of: target, at: uptime)
            } else {
                guard let time = failure.retryAfter, standOff.extend(for: time, at: uptime) else { return [] }
            }
        } else {
            guard isTrial else { return [] }
            let isAlike =
                standOff.cause == failure.failureClass || standOff.cause.isOutage && failure.failureClass.isOutage
            if isAlike {
                // A refused credential is not tried with every target.
                let isNew =
                    standOff.cause != .auth && failing.contains(target.id) && targets[target.id]?.repetitions == 1
                standOff.repeat(after: failure, of: target, isLonger: !isNew, at: uptime)
            } else {
                standOff.renew(of: target, at: uptime)
            }
        }
        whole = standOff
        return [.prolonged(standOff)]
    }
}

// MARK: lists and restarts

extension ProviderStandOffs {
    /// Allows a trial of each at once: a new list may have mended the cause.
    mutating func recheck(at uptime: Uptime) {
        whole?.recheck(at: uptime)
        for target in targets.keys { targets[target]?.recheck(at: uptime) }
    }

    /// Allows a trial of each of `cause` at once.
    mutating func recheck(_ cause: FailureClass, at uptime: Uptime) {
        if whole?.cause == cause { whole?.recheck(at: uptime) }
        for (target, standOff) in targets where standOff.cause == cause { targets[target]?.recheck(at: uptime) }
    }

    /// Allows a trial of that of `scope` at once.
    mutating func recheck(_ scope: StandOff.Scope, at uptime: Uptime) {
        if let target = scope.target {
            targets[target]?.recheck(at: uptime)
        } else {
            whole?.recheck(at: uptime)
        }
    }

    /// Forgets targets that `isWatched` denies.
    mutating func drop(isWatched: (TargetID) -> Bool) {
        targets = targets.filter { isWatched($0.key) }
        trials = trials.filter { isWatched($0.key) }
        failing = failing.filter(isWatched)
    }

    /// Takes back one that stood before a restart.
    mutating func restore(_ kept: StandOff.Kept, at now: Moment) {
        guard let standOff = StandOff(kept, at: now) else { return }
        if let target = kept.scope.target { targets[target] = standOff } else { whole = standOff }
    }

    /// Takes over what the store has of a target that is not watched, for a question; what stands here already is later.
    mutating func learn(_ kept: StandOff.Kept, at now: Moment) {
        guard kept.scope.target.map({ targets[$0] == nil }) ?? (whole == nil),
            let standOff = StandOff(kept, isKeyNew: false, at: now)
        else { return }
        if let target = kept.scope.target { targets[target] = standOff } else { whole = standOff }
    }
}
