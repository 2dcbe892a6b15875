/// What the scheduler knows, and what it has decided to have done.
struct SchedulerState: Sendable {
    /// `false` for an instance that only reads what others observe.
    let mayCall: Bool
    var ids: LeaseIDs
    var timetable = Timetable()
    var limits = Limits(workers: 1)
    var counts = ProbeMetrics()
    var targets = TargetStates()
    /// Those that log lines about a target name.
    var templates: [TargetID: [String]] = [:]
    var store: StoreQueue
    var round = ProbeRound()
    var questions = OpenQuestions()
    /// Targets that the guard is being asked for, or that are being called. None is so twice at once.
    var underWay: Set<TargetID> = []
    /// What the guard is being asked; `nil` where it is not.
    var request: GuardRequest?
    var flights = Flights()
    private(set) var isStopping = false
    /// What is to be done, in its order.
    private var directives: [Directive] = []

    init(mayCall: Bool, storeCapacity: Int, seed: UInt64) {
        self.mayCall = mayCall
        store = StoreQueue(capacity: storeCapacity)
        ids = LeaseIDs(seed: seed)
    }

    // MARK: what is to be done

    /// Takes out what is to be done.
    mutating func takeDirectives() -> [Directive] {
        defer { directives = [] }
        return directives
    }

    mutating func add(_ directive: Directive) { directives.append(directive) }

    mutating func add(_ more: [Directive]) { directives += more }

    mutating func log(_ line: LogLine?) {
        guard var line else { return }
        if let target = line.subject?.target { line.subject?.templates = templates[target] ?? [] }
        directives.append(.log(line))
    }

    mutating func record(_ entry: RecordEntry) {
        targets.found(entry.finding)
        guard case .observation(let observation, let imported) = entry.finding else {
            directives.append(.record(entry))
            return
        }
        var entry = entry
        entry.isAwaited = questions.record(observation, source: imported ? .observed : .probed)
        directives.append(.record(entry))
        if let reason = store.failure { add(questions.fail(reason)) }
    }

    /// Takes what a call of `target` changed in who is called: tells it, and has it kept.
    mutating func take(
        _ changes: [StandOffChange], of target: Target, after failure: ProbeFailure? = nil, at now: Moment
    ) {
        guard !changes.isEmpty else { return }
        for change in changes {
            guard let line = change.line(of: target, after: failure, at: now) else { continue }
            let kind = "stand-off \(change.standOff.cause.rawValue) \(line.subject?.outcome ?? "")"
            log(change.standOff.scope.target == nil ? line : targets.gather(line, kind: kind, at: now.uptime))
        }
        directives.append(.keep(limits.kept(changes, at: now)))
    }

    /// Begins nothing more. The slots that passed while targets waited for their turn are counted.
    mutating func stop(at now: Moment) {
        isStopping = true
        for line in targets.flushLines(at: nil) { log(line) }
        for due in limits.drain() {
            let missed = timetable.advance(due, at: now.wall).missed
            if missed > 0 { passed(missed, of: due.target, at: now) }
        }
    }

    // MARK: how a turn ends without a call

    /// Counts slots that passed while a target waited for its turn.
    mutating func passed(_ slots: Int64, of target: Target, at now: Moment) {
        let reason: SkipReason? =
            store.isAwaited ? .store : limits.isRateBound(target.provider.name, at: now) ? .rate : nil
        guard let reason else { return counts.missed(target, slots) }
        counts.skipped(target, reason)
        counts.missed(target, slots - 1)
    }

    /// How long a slot that somebody else holds is left alone. Most leases end long before they run out, and what they bring is to be
    /// imported inside the slot.
    private static func patience(in slot: Slot) -> Duration {
        max(.milliseconds(50), min(slot.interval / 8, .seconds(5)))
    }

    /// How long it is left alone where somebody waits for its version.
    private static let askedPatience: Duration = .milliseconds(250)

    /// Asks again later: another instance holds the slot for `time`.
    mutating func wait(_ turn: ProbeTurn, for time: Duration, at now: Moment) {
        let due = turn.due
        // A call of our own that failed holds the slot, too, and says more.
        let standOff = limits.standOff(on: due.target, at: now)
        add(
            questions.hold(
                due.target.id, for: time, at: now.uptime,
                reason: standOff.map { .standOff($0.cause, rest: $0.end - now.uptime) } ?? .held(time)))
        var pause = min(time, Self.patience(in: due.slot))
        if questions.wait(on: due.target.id) { pause = min(pause, Self.askedPatience) }
        putOff(turn, for: pause, at: now)
    }

    /// Asks again later what may not be called now, so that what another instance observes meanwhile is imported.
    mutating func putOff(_ turn: ProbeTurn, by limit: Limit?, at now: Moment) {
        let target = turn.due.target
        let standOff = limits.standOff(on: target, at: now)
        if let standOff {
            reply(on: target, .notMade(.standOff(standOff.cause, rest: standOff.end - now.uptime)))
        } else if limit == nil {
            reply(on: target, .notMade(.disabled))
        }
        let pause = turn.due.slot.interval / 4
        putOff(
            turn, for: limit.map { min(now.wait(until: $0.until), pause) } ?? pause,
            skipping: limit?.reason ?? .disabled, at: now)
        // What it was limited by has ended meanwhile.
        if questions.wait(on: target.id) { seek(target, at: now) }
    }

    private mutating func putOff(
        _ turn: ProbeTurn, for time: Duration, skipping reason: SkipReason? = nil, at now: Moment
    ) {
        let due = turn.due
        leave(turn)
        if due.isExtra, !questions.wait(on: due.target.id) {
            timetable.end(due.target.id, slot: due.slot, at: now.wall)
        } else if let reason, !due.isExtra, now.wall + time >= due.slot.end {
            skip(due, reason, at: now)
        } else {
            timetable.hold(due.target.id, slot: due.slot, for: time, at: now.wall)
            if let reason { leaveOut(due.target.id, reason) }
        }
    }

    mutating func skip(_ due: Due, _ reason: SkipReason, at now: Moment) {
        if !due.isExtra { counts.skipped(due.target, reason) }
        timetable.end(due.target.id, slot: due.slot, at: now.wall)
        leaveOut(due.target.id, reason)
    }

    /// A round that left somebody out did not succeed, but where nobody is to be called.
    private mutating func leaveOut(_ target: TargetID, _ reason: SkipReason) {
        if reason == .disabled { round.see(to: target) } else { round.skip(target) }
    }

    /// Gives back what `turn` had reserved.
    mutating func leave(_ turn: ProbeTurn) {
        limits.cancel(turn)
        store.release()
        underWay.remove(turn.due.target.id)
    }
}

// MARK: questions

extension SchedulerState {
    /// Replies to those that take part in the turn of `target`.
    mutating func reply(on target: Target, _ reply: Reply) {
        if questions.wait(on: target.id) { add(questions.reply(on: target.id, reply)) }
    }

    /// Replies to those whose turn is not under way that none will be.
    mutating func refuseIdle(_ reason: Reply.Reason) {
        let underWay = underWay
        close(questions.replyToIdle(.notMade(reason)) { underWay.contains($0) })
    }

    /// Gives `replies` to those who waited for a turn: what nobody else asks for leaves the queue.
    private mutating func close(_ replies: [Directive]) {
        guard !replies.isEmpty else { return }
        add(replies)
        let questions = questions
        limits.dropExtra { questions.wait(on: $0) }
    }

    /// Replies to those whose deadline has come.
    mutating func expireQuestions(at now: Moment) {
        let (limits, underWay) = (limits, underWay)
        close(
            questions.expire(at: now.uptime) { target in
                if let standOff = limits.standOff(on: target, at: now) {
                    return .standOff(standOff.cause, rest: standOff.end - now.uptime)
                }
                guard !underWay.contains(target.id), let next = limits.nextByRate(of: target.provider.name, at: now)
                else {
                    return .deadline
                }
                return .limited(next - now.uptime)
            })
    }

    mutating func ask(_ question: Question, at now: Moment) {
        let target = question.target
        questions.add(question)
        if !targets.isKnown(target.id) {
            limits.learn(question.standOffs, of: target, at: now)
            counts.asked(target)
        }
        if !question.isForced {
            let slot = target.slot(at: now.wall)
            let memory = targets[target.id] ?? question.memory
            if let answer = Reply.Answer(known: memory, in: slot, model: target.model, at: now.wall) {
                return reply(on: target, .answer(answer))
            }
            questions.join(question.id) { $0 <= now.wall && slot.isObserved(by: $0) }
            if let reason = store.failure { add(questions.fail(reason)) }
        }
        if !question.isForced, !isStopping { seek(target, at: now) }
    }

    /// Sees to it that `target` has a turn.
    mutating func seek(_ target: Target, at now: Moment) {
        guard questions.wait(on: target.id), !underWay.contains(target.id) else { return }
        if let due = takeOut(target, at: now) { limits.enqueue(due) }
    }

    /// Has `target` given out by the timetable, before its time.
    ///
    /// - Returns: `nil` where it waits for its turn already.
    private mutating func takeOut(_ target: Target, at now: Moment) -> Due? {
        guard let (due, missed) = timetable.seek(target, at: now.wall) else { return nil }
        if missed > 0 { counts.missed(due.target, missed) }
        return due
    }

    /// Takes out `target`, which is to be called in any case, wherever it waits.
    mutating func claim(_ target: Target, at now: Moment) -> Due {
        limits.withdraw(target) ?? takeOut(target, at: now)
            ?? Due(target: target, slot: target.slot(at: now.wall), time: now.wall, isExtra: true)
    }
}
