internal import HeapModule

/// When each target is due. Pure: time comes in, due targets come out.
///
/// A target is in one of three states: waiting for its next slot, waiting for the end of a hold inside its slot, or taken,
/// that is given out by ``due(at:)`` and not yet ended. A taken target is not due, so it never overlaps itself. What is given out
/// for a question alone (``Due/isExtra``) is taken only when its turn has come: until then the target keeps its own schedule.
public struct Timetable: Sendable {
    /// What a tick gives out.
    public struct Round: Sendable {
        public var due: [Due] = []
        /// Slots that passed without a probe, by target.
        public var missed: [(target: Target, count: Int64)] = []
    }

    private struct Entry: Sendable {
        var target: Target
        /// The slot to be probed next, or being probed.
        var slot: Slot
        var isTaken = false
        /// Whether it was taken by a clock that has been set back since: its slot lies ahead.
        var isSetBack = false
        /// Whether it is not watched, and is here for a question alone.
        var isGuest = false
        /// The number of the slot to be probed next, where a question took it out before that.
        var resume: Int64?
        /// Until when it waits, where it is not taken.
        var until: Timestamp
        /// Which of the heap's elements is this entry's; older ones are void.
        var generation: UInt64 = 0

        /// The first slot that has not ended yet.
        var firstOpen: Int64 { max(slot.number, resume ?? slot.number) }
        var isExtra: Bool { isGuest || slot.number < firstOpen }

        /// Goes on to `current`, which has begun.
        ///
        /// - Returns: how many slots passed.
        mutating func advance(to current: Slot) -> Int64 {
            defer { slot = current }
            return isGuest ? 0 : max(0, current.number - firstOpen)
        }
    }

    private struct Wait: Comparable, Sendable {
        var time: Timestamp
        var target: TargetID
        var generation: UInt64

        static func < (left: Wait, right: Wait) -> Bool { left.time < right.time }
        static func == (left: Wait, right: Wait) -> Bool { left.time == right.time }
    }

    private struct Confirmation: Comparable, Sendable {
        var time: Timestamp
        var due: Due

        static func < (left: Confirmation, right: Confirmation) -> Bool { left.time < right.time }
        static func == (left: Confirmation, right: Confirmation) -> Bool { left.time == right.time }
    }

    /// Unobserved targets are spread over at most this at start-up and after a reload.
    public static let longestSpread: Duration = .seconds(60)

    private var entries: [TargetID: Entry] = [:]
    private var waits = Heap<Wait>()
    private var confirmations = Heap<Confirmation>()
    private var generation: UInt64 = 0

    public init() {}

    /// How many targets there are.
    public var count: Int { entries.count }

    /// How many elements the heap holds, with those that are void.
    var waitCount: Int { waits.count }

    /// When the next target is due; `nil` for never. It may be in the past.
    public var nextDue: Timestamp? {
        [waits.min?.time, confirmations.min?.time].compactMap(\.self).min()
    }

    /// The targets that are due at `now`.
    public func dueTargets(at now: Timestamp) -> Set<TargetID> {
        Set(
            waits.unordered.lazy.filter { wait in
                wait.time <= now && entries[wait.target]?.generation == wait.generation
            }.map(\.target))
    }

    /// Puts `targets` in the place of those that were. Targets whose identity and interval did not change keep their slots;
    /// new ones are due within their current slot, spread out, or in the next one where `lastSuccess` shows that the current
    /// one is observed.
    ///
    /// - Parameters:
    ///   - spread: over how long new targets are spread; none makes them due at once.
    ///   - isAsked: whether a question waits for a target, which then stays until that has its reply.
    public mutating func replace(
        with targets: [Target], at now: Timestamp, spread: Duration = longestSpread,
        isAsked: (TargetID) -> Bool = { _ in false }, lastSuccess: (TargetID) -> Timestamp?
    ) {
        var replaced: [TargetID: Entry] = [:]
        replaced.reserveCapacity(targets.count)
        let old = entries
        entries = [:]
        for target in targets {
            if var entry = old[target.id], entry.target.interval == target.interval {
                entry.target = target
                entry.isGuest = false
                replaced[target.id] = entry
            } else {
                replaced[target.id] = Entry(target: target, slot: target.slot(at: now), until: now)
            }
        }
        for (id, var entry) in old where replaced[id] == nil && isAsked(id) {
            entry.isGuest = true
            replaced[id] = entry
        }
        entries = replaced
        for target in targets where old[target.id]?.target.interval != target.interval {
            begin(target, at: now, spread: spread, lastSuccess: lastSuccess(target.id))
            if let taken = old[target.id], taken.isTaken { entries[target.id]?.isTaken = true }
        }
        dropVoidWaits()
    }

    /// Takes the slots anew of targets whose interval is shorter than what the wall clock was set back by; shorter jumps change
    /// nothing, so that no slot is probed twice.
    ///
    /// - Parameter setBack: by how much the clock was set back since it was last looked at.
    /// - Returns: whether any target's slots were taken anew.
    public mutating func realign(at now: Timestamp, setBack: Duration) -> Bool {
        var isChanged = false
        for (id, entry) in entries {
            let interval = entry.target.interval
            let isLongBack = setBack > interval
            guard isLongBack || (!entry.isTaken && entry.until > now + interval) else { continue }
            let current = entry.target.slot(at: now)
            if entry.isTaken {
                guard entry.slot.number > current.number else { continue }
                entries[id]?.isSetBack = true
            } else {
                // Several short jumps may add up to a long one.
                guard entry.until > (isLongBack ? current.end : current.end + interval) else { continue }
                entries[id]?.slot = current
                entries[id]?.resume = nil
                begin(entry.target, at: now, spread: Self.longestSpread, lastSuccess: nil)
            }
            isChanged = true
        }
        // Their slots lie ahead, too.
        confirmations = Heap(confirmations.unordered.filter { $0.due.target.interval >= setBack })
        dropVoidWaits()
        return isChanged
    }

    /// Takes out every target that is due, oldest first. Each must be given back by ``end(_:slot:at:)`` or
    /// ``hold(_:slot:for:at:)``, an extra one only once its turn has come, by ``advance(_:at:)``.
    public mutating func due(at now: Timestamp) -> Round {
        var round = Round()
        while let wait = waits.min, wait.time <= now {
            waits.removeMin()
            guard var entry = entries[wait.target], entry.generation == wait.generation, !entry.isTaken else {
                continue
            }
            let current = entry.target.slot(at: now)
            if current.number > entry.slot.number {
                let missed = entry.advance(to: current)
                if missed > 0 { round.missed.append((entry.target, missed)) }
            }
            entry.isTaken = true
            entries[wait.target] = entry
            round.due.append(
                Due(
                    target: entry.target, slot: entry.slot, time: max(wait.time, entry.slot.begin),
                    isExtra: entry.isExtra))
            // It waited here for a question, and goes on doing so elsewhere.
            if entry.isExtra { end(wait.target, slot: entry.slot, at: now) }
        }
        while let confirmation = confirmations.min, confirmation.time <= now {
            confirmations.removeMin()
            let due = confirmation.due
            guard due.fits(at: now), due.isExtra || entries[due.target.id] != nil else { continue }
            round.due.append(due)
        }
        dropVoidWaits()
        return round
    }

    /// Gives `target` out now for a question, whatever it waits for; it need not be watched. It must be given back like one that is
    /// due. One whose slot has ended, or that is not watched, is extra: it is taken only by ``advance(_:at:)``.
    ///
    /// - Returns: it in its current slot, and how many slots passed before; `nil` where it is taken already.
    public mutating func seek(_ target: Target, at now: Timestamp) -> (due: Due, missed: Int64)? {
        let entry = entries[target.id]
        guard entry?.isTaken != true else { return nil }
        let target = entry?.target ?? target
        let current = target.slot(at: now)
        guard let entry, !entry.isGuest, entry.firstOpen <= current.number else {
            return (Due(target: target, slot: current, time: now, isExtra: true), 0)
        }
        return take(target, at: now)
    }

    private mutating func take(_ target: Target, at now: Timestamp) -> (due: Due, missed: Int64)? {
        var entry =
            entries[target.id] ?? Entry(target: target, slot: target.slot(at: now), isGuest: true, until: now)
        guard !entry.isTaken else { return nil }
        let current = entry.target.slot(at: now)
        if entry.firstOpen > current.number { entry.resume = entry.firstOpen }
        let missed = entry.advance(to: current)
        entry.isTaken = true
        entries[target.id] = entry
        dropVoidWaits()
        return (Due(target: entry.target, slot: current, time: now, isExtra: entry.isExtra), missed)
    }

    /// Asks for the confirmation `due` at `time`; where its slot has no room for it then, nobody is asked.
    public mutating func confirm(_ due: Due, at time: Timestamp) {
        if due.fits(at: time) { confirmations.insert(Confirmation(time: time, due: due)) }
    }

    /// Brings `due`, which waited for a place, to the slot that has begun meanwhile, and takes it out where it is extra.
    ///
    /// - Returns: the due target as it is now, and how many slots passed while it waited.
    public mutating func advance(_ due: Due, at now: Timestamp) -> (due: Due, missed: Int64) {
        if due.isExtra, !due.slot.isConfirmation {
            guard var taken = take(due.target, at: now) else { return (due, 0) }
            taken.due.time = max(taken.due.slot.begin, min(due.time, now))
            return taken
        }
        let current = Slot(of: due.target.id, interval: due.slot.interval, at: now)
        guard !due.slot.isConfirmation, var entry = entries[due.target.id], entry.slot == due.slot,
            entry.isSetBack || current.number > due.slot.number
        else { return (due, 0) }
        if entry.isSetBack { entry.resume = nil }
        entry.isSetBack = false
        let missed = entry.advance(to: current)
        entries[due.target.id] = entry
        let time = max(current.begin, min(due.time, now))
        return (Due(target: due.target, slot: current, time: time, isExtra: entry.isExtra), missed)
    }

    /// Says that `slot` of `target` has ended, whichever way: the target waits for its next slot. Where that has begun
    /// already, only the current one is probed and those between are missed, as ``due(at:)`` will count.
    ///
    /// A confirmation's end changes nothing. A target that is not watched is forgotten.
    public mutating func end(_ target: TargetID, slot: Slot, at now: Timestamp) {
        guard !slot.isConfirmation else { return }
        guard var entry = entries[target], entry.isTaken else { return }
        guard !entry.isGuest else {
            entries[target] = nil
            return
        }
        // The list may have changed the interval meanwhile.
        if entry.target.interval == slot.interval, !entry.isSetBack {
            let next = max(slot.number, entry.slot.number) + 1
            entry.slot = Slot(target: target, interval: slot.interval, number: max(next, entry.resume ?? next))
        } else {
            entry.slot = entry.target.slot(at: now).next
        }
        entry.isTaken = false
        entry.isSetBack = false
        entry.resume = nil
        entries[target] = entry
        wait(target, until: entry.slot.begin)
    }

    /// Says that `slot` of `target` may be asked for again after `time`. A hold that outlasts the slot ends it, where the target is
    /// watched.
    public mutating func hold(_ target: TargetID, slot: Slot, for time: Duration, at now: Timestamp) {
        guard let entry = entries[target], entry.isTaken else { return }
        guard entry.isGuest || entry.slot == slot && !entry.isSetBack && now + time < slot.end else {
            return end(target, slot: slot, at: now)
        }
        entries[target]?.isTaken = false
        if entry.isSetBack {
            entries[target]?.slot = entry.target.slot(at: now)
            entries[target]?.isSetBack = false
        }
        wait(target, until: now + time)
    }

    private mutating func begin(_ target: Target, at now: Timestamp, spread: Duration, lastSuccess: Timestamp?) {
        let slot = target.slot(at: now)
        if let lastSuccess, lastSuccess <= now, slot.isObserved(by: lastSuccess) {
            entries[target.id]?.slot = slot.next
            wait(target.id, until: slot.next.begin)
        } else {
            let span = min(target.interval, spread, slot.end - now)
            wait(target.id, until: now + target.id.spread(over: span))
        }
    }

    private mutating func wait(_ target: TargetID, until time: Timestamp) {
        generation += 1
        entries[target]?.generation = generation
        entries[target]?.until = time
        // So that void elements never outnumber the others, and each insertion pays for a constant share.
        if waits.count > 2 * entries.count { waits = Heap(waits.unordered.filter { !isVoid($0) }) }
        waits.insert(Wait(time: time, target: target, generation: generation))
    }

    private func isVoid(_ wait: Wait) -> Bool {
        entries[wait.target].map { $0.generation != wait.generation || $0.isTaken } ?? true
    }

    /// Takes out first elements that no target waits for any more, so that the heap's first is the next due.
    private mutating func dropVoidWaits() {
        while let wait = waits.min, isVoid(wait) { waits.removeMin() }
    }
}
