internal import HeapModule

/// The questions that have no reply yet: each waits for its target's turn to end, or for what that learned to be committed.
struct OpenQuestions: Sendable {
    private struct Open: Sendable {
        var question: Question
        /// Whether its call is yet to begin: a forced one takes part in none that was under way.
        var needsCall: Bool
        /// Until when another instance holds the slot.
        var heldUntil: Uptime?
    }

    /// A version that is on its way to the store.
    private struct Recording: Sendable {
        var target: TargetID
        var version: VersionIdentity
        var time: Timestamp
        /// Those who wait for it.
        var askers: [(id: UInt64, source: Reply.Answer.Source)] = []
    }

    private struct Deadline: Comparable, Sendable {
        var time: Uptime
        var id: UInt64

        static func < (left: Deadline, right: Deadline) -> Bool { (left.time, left.id) < (right.time, right.id) }
    }

    private var open: [UInt64: Open] = [:]
    /// Those that wait for a turn to end, in the order in which they were asked.
    private var waiting: [TargetID: [UInt64]] = [:]
    private var recordings: [UInt64: Recording] = [:]
    /// Each target's last observation that is not committed.
    private var latest: [TargetID: UInt64] = [:]
    /// The recordings that somebody waits for.
    private var awaited: Set<UInt64> = []
    private var deadlines = Heap<Deadline>()
    /// The targets that are to be called in any case, in the order in which that was asked for.
    private(set) var toCall: [Target] = []

    // MARK: what waits

    /// When the next one is told that nothing came.
    var nextDeadline: Uptime? { deadlines.min?.time }

    /// Whether a question waits for the end of a turn of `target`.
    func wait(on target: TargetID) -> Bool { waiting[target] != nil }

    mutating func add(_ question: Question) {
        precondition(open[question.id] == nil, "each question has an id of its own")
        open[question.id] = Open(question: question, needsCall: question.isForced)
        waiting[question.target.id, default: []].append(question.id)
        deadlines.insert(Deadline(time: question.deadline, id: question.id))
        if question.isForced, !toCall.contains(where: { $0.id == question.target.id }) {
            toCall.append(question.target)
        }
    }

    /// Takes note that a call of `target` has begun; in one that is forced all take part.
    mutating func called(_ target: TargetID, isForced: Bool) {
        guard let ids = waiting[target] else { return }
        for id in ids {
            open[id]?.heldUntil = nil
            if isForced { open[id]?.needsCall = false }
        }
        if isForced { toCall.removeAll { $0.id == target } }
    }

    // MARK: replies

    /// Replies to those that take part in the turn of `target`, which has ended.
    mutating func reply(on target: TargetID, _ reply: Reply) -> [Directive] {
        takeSharing(target).map { close($0, reply) }
    }

    /// Replies to all that wait for the turn of a target that `isUnderWay` denies, and to forced ones whose call has not begun.
    mutating func replyToIdle(_ reply: Reply, isUnderWay: (TargetID) -> Bool) -> [Directive] {
        waiting.values.flatMap(\.self).sorted().filter { id in
            open[id].map { $0.needsCall || !isUnderWay($0.question.target.id) } ?? false
        }.map { id in
            leave(id)
            return close(id, reply)
        }
    }

    /// Takes note that another instance holds the slot of `target` for `time`.
    ///
    /// - Parameter reason: what those are told whose patience is over.
    /// - Returns: the replies to them.
    mutating func hold(
        _ target: TargetID, for time: Duration, at uptime: Uptime, reason: Reply.Reason
    ) -> [Directive] {
        for id in sharing(target) { open[id]?.heldUntil = uptime + time }
        return sharing(target).filter { open[$0].map { $0.question.patience <= uptime } ?? false }.map { id in
            leave(id)
            return close(id, .notMade(reason))
        }
    }

    /// Replies to those whose deadline has come.
    ///
    /// - Parameter reason: why none was made that nobody else holds.
    mutating func expire(at uptime: Uptime, reason: (Target) -> Reply.Reason) -> [Directive] {
        var replies: [Directive] = []
        while let first = deadlines.min, first.time <= uptime {
            deadlines.removeMin()
            guard let asked = open[first.id] else { continue }
            leave(first.id)
            let held = asked.heldUntil.flatMap { $0 > uptime ? Reply.Reason.held($0 - uptime) : nil }
            let reason = reason(asked.question.target)
            // A stand-off of our own holds the slot, too, and says more.
            if case .standOff = reason {
                replies.append(close(first.id, .notMade(reason)))
            } else {
                replies.append(close(first.id, .notMade(held ?? reason)))
            }
        }
        return replies
    }

    // MARK: what is on its way to the store

    /// Takes note that `observation`, of the turn that has ended, is to be recorded: those that took part wait for that.
    ///
    /// - Returns: whether any did.
    mutating func record(_ observation: Observation, source: Reply.Answer.Source) -> Bool {
        var recording =
            recordings[observation.id]
            ?? Recording(target: observation.target, version: observation.version, time: observation.time)
        recording.askers += takeSharing(observation.target).map { ($0, source) }
        if !recording.askers.isEmpty { awaited.insert(observation.id) }
        recordings[observation.id] = recording
        latest[observation.target] = observation.id
        return !recording.askers.isEmpty
    }

    /// Lets the question `id` wait for what is on its way to the store, where `isCurrent` says that this is the slot's observation.
    mutating func join(_ id: UInt64, isCurrent: (Timestamp) -> Bool) {
        guard let target = open[id]?.question.target.id, let observation = latest[target],
            let recording = recordings[observation], isCurrent(recording.time)
        else { return }
        leave(id)
        recordings[observation]?.askers.append((id, .known))
        awaited.insert(observation)
    }

    /// Replies to those who wait for the observation `id`, which is committed.
    mutating func committed(_ id: UInt64, isNew: Bool, confidence: () -> Confidence) -> [Directive] {
        guard let recording = recordings.removeValue(forKey: id) else { return [] }
        awaited.remove(id)
        if latest[recording.target] == id { latest[recording.target] = nil }
        let askers = recording.askers.filter { open[$0.id] != nil }
        guard !askers.isEmpty else { return [] }
        let confidence = confidence()
        return askers.map { asker in
            close(
                asker.id,
                .answer(
                    Reply.Answer(
                        version: recording.version, time: recording.time, isNew: isNew, source: asker.source,
                        confidence: confidence)))
        }
    }

    /// Replies to those who wait for a commit: the store fails.
    mutating func fail(_ reason: String) -> [Directive] {
        defer { awaited = [] }
        var replies: [Directive] = []
        for id in awaited.sorted() {
            guard let recording = recordings[id] else { continue }
            recordings[id]?.askers = []
            for asker in recording.askers where open[asker.id] != nil {
                let reply: Reply =
                    asker.source == .observed
                    ? .notMade(.store(reason)) : .notRecorded(recording.version, reason: reason)
                replies.append(close(asker.id, reply))
            }
        }
        return replies
    }

    // MARK: bookkeeping

    private func sharing(_ target: TargetID) -> [UInt64] {
        (waiting[target] ?? []).filter { open[$0]?.needsCall == false }
    }

    private mutating func takeSharing(_ target: TargetID) -> [UInt64] {
        guard waiting[target] != nil else { return [] }
        let ids = sharing(target)
        for id in ids { leave(id) }
        return ids
    }

    /// Takes it out of those that wait for a turn.
    private mutating func leave(_ id: UInt64) {
        guard let asked = open[id] else { return }
        let target = asked.question.target.id
        waiting[target]?.removeAll { $0 == id }
        if waiting[target]?.isEmpty == true { waiting[target] = nil }
        guard asked.needsCall else { return }
        let isWanted = (waiting[target] ?? []).contains { open[$0]?.needsCall == true }
        if !isWanted { toCall.removeAll { $0.id == target } }
    }

    private mutating func close(_ id: UInt64, _ reply: Reply) -> Directive {
        open[id] = nil
        while let first = deadlines.min, open[first.id] == nil { deadlines.removeMin() }
        return .reply(id, reply)
    }
}
