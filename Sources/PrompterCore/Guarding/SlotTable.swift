/// The latest turn of each subject, as a ``LocalGuard`` knows it.
struct SlotTable: Sendable {
    /// What is known of a request's turn.
    enum View {
        /// Its answer, and no other guard can know better.
        case known(Admission)
        /// Another process leased it for this time yet, if it still holds the lease.
        case leasedElsewhere(Duration, attempt: Int)
        /// Nobody is doing it, as far as this process knows.
        case free(attempt: Int)
    }

    private struct Entry: Sendable {
        var turn: Int64
        var state: SlotState
        /// The attempt that the state comes from.
        var attempt: Int
        /// Whether a lease is this process's own.
        var isOwn: Bool
        /// When the lease or the hold ends.
        var until: Uptime
        /// How long the state is worth keeping.
        var keptUntil: Uptime
    }

    /// A ``LeaseKey`` without its turn.
    private struct Line: Hashable, Sendable {
        var subject: Digest
        var interval: Duration
        var confirmation: Int

        init(_ key: LeaseKey) {
            subject = key.subject
            interval = key.interval
            confirmation = key.confirmation
        }
    }

    private var entries: [Line: Entry] = [:]
    /// At how many entries those no longer worth keeping are forgotten. Twice what was left the last time, so that each
    /// insertion pays for a constant share.
    private var pruneCount = 1024

    func view(of request: LeaseRequest, at now: Moment) -> View {
        guard let entry = entries[Line(request.key)], entry.turn == request.key.turn, entry.keptUntil > now.uptime
        else { return .free(attempt: 1) }
        switch entry.state {
        case .succeeded(let id, let payload): return .known(.succeeded(id: id, payload))
        case .failed(let payload): return .known(.failed(payload))
        case .leased(_, let attempt) where entry.until > now.uptime:
            let rest = entry.until - now.uptime
            return entry.isOwn ? .known(.held(rest)) : .leasedElsewhere(rest, attempt: attempt)
        case .held where entry.until > now.uptime: return .known(.held(entry.until - now.uptime))
        case .leased(_, let lost): return .free(attempt: lost)
        case .held(let failed, _): return .free(attempt: failed + 1)
        }
    }

    mutating func grant(_ request: LeaseRequest, attempt: Int, at now: Moment) -> Lease {
        let entry = Entry(
            turn: request.key.turn, state: .leased(id: request.id, attempt: attempt), attempt: attempt, isOwn: true,
            until: now.uptime + request.leaseTime, keptUntil: now.uptime + request.keepTime)
        insert(entry, of: request.key, at: now)
        return Lease(id: request.id, key: request.key, attempt: attempt, keepTime: request.keepTime)
    }

    mutating func settle(_ outcome: LeaseOutcome, at now: Moment) {
        let lease = outcome.lease
        let line = Line(lease.key)
        guard var entry = entries[line], entry.turn == lease.key.turn, case .leased(lease.id, _) = entry.state
        else { return }
        guard let (state, hold) = outcome.state else {
            entries[line] = nil
            return
        }
        entry.state = state
        entry.until = now.uptime + hold
        entries[line] = entry
    }

    mutating func adopt(_ state: SlotState, of key: LeaseKey, for time: Duration, keepTime: Duration, at now: Moment) {
        var attempt = 1
        var isEnd = false
        switch state {
        case .leased(_, let count), .held(let count, _): attempt = count
        case .succeeded, .failed: isEnd = true
        }
        if let entry = entries[Line(key)], entry.keptUntil > now.uptime {
            guard entry.turn <= key.turn else { return }
            if entry.turn == key.turn {
                switch entry.state {
                case .succeeded, .failed: return
                case .leased where entry.isOwn && entry.until > now.uptime && !isEnd: return
                case .leased, .held: break
                }
            }
        }
        let entry = Entry(
            turn: key.turn, state: state, attempt: attempt, isOwn: false, until: now.uptime + time,
            keptUntil: now.uptime + keepTime)
        insert(entry, of: key, at: now)
    }

    func results(at now: Moment) -> [LeaseOutcome] {
        entries.compactMap { line, entry in
            guard case .succeeded(let id, let payload) = entry.state, entry.keptUntil > now.uptime else { return nil }
            let key = LeaseKey(
                subject: line.subject, interval: line.interval, turn: entry.turn, confirmation: line.confirmation)
            let lease = Lease(id: id, key: key, attempt: entry.attempt, keepTime: entry.keptUntil - now.uptime)
            return LeaseOutcome(lease, .succeeded(payload))
        }
    }

    private mutating func insert(_ entry: Entry, of key: LeaseKey, at now: Moment) {
        if entries.count >= pruneCount {
            entries = entries.filter { $0.value.keptUntil > now.uptime }
            pruneCount = max(1024, 2 * entries.count)
        }
        entries[Line(key)] = entry
    }
}
