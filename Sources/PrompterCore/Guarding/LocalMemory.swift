/// The latest slot of each target, as a ``LocalGuard`` knows it.
struct LocalMemory: Sendable {
    /// What is known of a claim's slot.
    enum View {
        /// Its answer, and no other guard can know better.
        case known(Admission)
        /// Another process leased it for this time yet, if it still holds the lease.
        case leasedElsewhere(Duration, attempt: Int)
        /// Nobody probes it, as far as this process knows.
        case free(attempt: Int)
    }

    private struct Entry: Sendable {
        var number: Int64
        var state: SlotState
        /// The attempt that the state comes from.
        var attempt: Int
        /// Whether a lease is this process's own.
        var isOwn: Bool
        /// When the lease or the hold ends, in uptime.
        var until: Duration
        /// How long the state is worth keeping, in uptime.
        var keptUntil: Duration
    }

    private struct Key: Hashable, Sendable {
        var target: TargetID
        var interval: Duration
        var confirmation: Int

        init(_ slot: Slot) {
            target = slot.target
            interval = slot.interval
            confirmation = slot.confirmation
        }
    }

    private var entries: [Key: Entry] = [:]
    /// At how many entries those no longer worth keeping are forgotten. Twice what was left the last time, so that each
    /// insertion pays for a constant share.
    private var pruneCount = 1024

    func view(of claim: Claim, at now: Moment) -> View {
        guard let entry = entries[Key(claim.slot)], entry.number == claim.slot.number, entry.keptUntil > now.uptime
        else { return .free(attempt: 1) }
        switch entry.state {
        case .observed(let observation): return .known(.observed(observation))
        case .failed(let failureClass): return .known(.failed(failureClass))
        case .leased(_, let attempt) where entry.until > now.uptime:
            let rest = entry.until - now.uptime
            return entry.isOwn ? .known(.held(rest)) : .leasedElsewhere(rest, attempt: attempt)
        case .held where entry.until > now.uptime: return .known(.held(entry.until - now.uptime))
        case .leased(_, let lost): return .free(attempt: lost)
        case .held(let failed, _): return .free(attempt: failed + 1)
        }
    }

    mutating func grant(_ claim: Claim, attempt: Int, at now: Moment) -> Lease {
        let entry = Entry(
            number: claim.slot.number, state: .leased(id: claim.id, attempt: attempt), attempt: attempt, isOwn: true,
            until: now.uptime + claim.leaseTime, keptUntil: now.uptime + claim.keepTime)
        insert(entry, of: claim.slot, at: now)
        return Lease(id: claim.id, slot: claim.slot, attempt: attempt, keepTime: claim.keepTime)
    }

    mutating func settle(_ settlement: Settlement, at now: Moment) {
        let lease = settlement.lease
        let key = Key(lease.slot)
        guard var entry = entries[key], entry.number == lease.slot.number,
            case .leased(lease.id, let attempt) = entry.state
        else { return }
        switch settlement.ending {
        case .observed(let observation):
            entry.state = .observed(observation)
        case .failed(let failureClass, let retryAfter):
            let (state, hold) = SlotState.afterFailure(failureClass, attempt: attempt, retryAfter: retryAfter)
            entry.state = state
            entry.until = now.uptime + hold
        case .givenBack:
            entries[key] = nil
            return
        }
        entries[key] = entry
    }

    mutating func adopt(_ state: SlotState, of slot: Slot, for time: Duration, keepTime: Duration, at now: Moment) {
        var attempt = 1
        var isEnd = false
        switch state {
        case .leased(_, let count), .held(let count, _): attempt = count
        case .observed, .failed: isEnd = true
        }
        if let entry = entries[Key(slot)], entry.keptUntil > now.uptime {
            guard entry.number <= slot.number else { return }
            if entry.number == slot.number {
                switch entry.state {
                case .observed, .failed: return
                case .leased where entry.isOwn && entry.until > now.uptime && !isEnd: return
                case .leased, .held: break
                }
            }
        }
        let entry = Entry(
            number: slot.number, state: state, attempt: attempt, isOwn: false, until: now.uptime + time,
            keptUntil: now.uptime + keepTime)
        insert(entry, of: slot, at: now)
    }

    func observations(at now: Moment) -> [Settlement] {
        entries.compactMap { key, entry in
            guard case .observed(let observation) = entry.state, entry.keptUntil > now.uptime else { return nil }
            let lease = Lease(
                id: observation.id,
                slot: Slot(
                    target: key.target, interval: key.interval, number: entry.number, confirmation: key.confirmation
                ),
                attempt: entry.attempt, keepTime: entry.keptUntil - now.uptime)
            return Settlement(lease, .observed(observation))
        }
    }

    private mutating func insert(_ entry: Entry, of slot: Slot, at now: Moment) {
        if entries.count >= pruneCount {
            entries = entries.filter { $0.value.keptUntil > now.uptime }
            pruneCount = max(1024, 2 * entries.count)
        }
        entries[Key(slot)] = entry
    }
}
