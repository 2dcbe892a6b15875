import PrompterCore

/// What the guard and Redis say to each other about leases, over one connection.
///
/// Every answer goes into the in-process guard before the next is read, so that it can decide alone at any time.
final class RedisSlotClient {
    /// Outcomes and requests each in one flush at most: some 10 ms of Redis's time, far from its timeout.
    private static let flushLimit = 1024
    /// How often one request asks: the turn may be let go, or taken over, between two answers.
    private static let mostRounds = 3

    private let connection: RedisConnection
    private let local: LocalGuard
    private let keys: SlotKeys
    private var commands = SlotCommands()
    /// Told of each value under a key of its own that no prompterd wrote.
    private let report: (RedisError) -> Void

    /// Connects, logs in, and rehearses one request with its outcome, so that a Redis that is loading, full, read-only or
    /// closed to this user is not taken for a usable one.
    ///
    /// - Throws: ``RedisError``.
    init(
        url: RedisURL, prefix: String, timeout: Duration, local: LocalGuard, report: @escaping (RedisError) -> Void
    ) throws(RedisError) {
        connection = try RedisConnection(to: url.address, timeout: timeout)
        self.local = local
        self.report = report
        keys = SlotKeys(prefix: prefix)
        try connection.logIn(url)
        try rehearse()
    }

    /// Settles `outcomes` and answers `requests`. Both may be given again after an error: what was done already stays done.
    ///
    /// - Throws: ``RedisError`` where Redis is not usable; the requests that were answered before keep their answers.
    func run(_ requests: inout [PendingRequest], _ outcomes: [LeaseOutcome]) throws(RedisError) {
        var outcomes = outcomes[...]
        var open = requests.indices.filter { requests[$0].admission == nil }[...]
        while !outcomes.isEmpty || !open.isEmpty {
            try flush(&requests, open.prefix(Self.flushLimit), outcomes.prefix(Self.flushLimit))
            for _ in 1..<Self.mostRounds {
                let again = open.prefix(Self.flushLimit).filter { requests[$0].admission == nil }
                if again.isEmpty { break }
                try flush(&requests, again[...], [])
            }
            for index in open.prefix(Self.flushLimit) where requests[index].admission == nil {
                requests[index].admission = .held(.seconds(1))
            }
            open = open.dropFirst(Self.flushLimit)
            outcomes = outcomes.dropFirst(Self.flushLimit)
        }
    }

    private func flush(
        _ requests: inout [PendingRequest], _ open: ArraySlice<Int>, _ outcomes: ArraySlice<LeaseOutcome>
    ) throws(RedisError) {
        commands.removeAll()
        for outcome in outcomes { commands.settle(outcome, key: keys.key(of: outcome.lease.key)) }
        for index in open {
            let pending = requests[index]
            let key = keys.key(of: pending.request.key)
            switch pending.step {
            case .ask: commands.ask(pending, key: key)
            case .takeOver(let old): commands.takeOver(pending, from: old, key: key)
            }
        }
        try connection.send(commands.buffer)
        for outcome in outcomes { try readSettled(outcome) }
        for index in open {
            switch requests[index].step {
            case .ask: try readAnswer(to: &requests[index])
            case .takeOver: try readTakenOver(&requests[index])
            }
        }
    }

    private func readSettled(_ outcome: LeaseOutcome) throws(RedisError) {
        switch try connection.reply() {
        case .integer: break
        case .error(let text): try noteValue(of: outcome.lease.key, or: text)
        default: throw RedisError.unexpected("EVAL")
        }
    }

    private func readTakenOver(_ pending: inout PendingRequest) throws(RedisError) {
        switch try connection.reply() {
        case .integer(1): grant(&pending)
        case .integer: pending.step = .ask
        case .error(let text):
            try noteValue(of: pending.request.key, or: text)
            decideAlone(&pending)
        default: throw RedisError.unexpected("EVAL")
        }
    }

    private func readAnswer(to pending: inout PendingRequest) throws(RedisError) {
        if pending.request.mayCall {
            switch try connection.reply() {
            case .status:
                try connection.skipReplies(2)
                return grant(&pending)
            case .null: break
            case .error(let text): throw RedisError.refusal("SET", text)
            default: throw RedisError.unexpected("SET")
            }
        }
        let value = try connection.reply()
        guard case .integer(let life) = try connection.reply() else { throw RedisError.unexpected("PTTL") }
        switch value {
        case .text(let text): take(text, life: life, for: &pending)
        case .error(let text):
            try noteValue(of: pending.request.key, or: text)
            decideAlone(&pending)
        default: throw RedisError.unexpected("GETRANGE")
        }
    }

    /// - Parameter life: PTTL's answer: milliseconds, -1 for a key that does not expire, -2 for none.
    private func take(_ text: [UInt8], life: Int64, for pending: inout PendingRequest) {
        if life == -2 {
            // Let go in between: ask once more.
            if !pending.request.mayCall { pending.admission = .vacant }
            return
        }
        guard life >= 0, let record = SlotRecord(text, of: pending.request.key, form: pending.request.form) else {
            report(strangeValue(of: pending.request.key))
            return decideAlone(&pending)
        }
        let left = min(Duration.milliseconds(life), pending.request.keepTime)
        switch record.state {
        case .leased(pending.request.id, let attempt):
            // Our own: the answer that told of it was lost.
            pending.attempt = attempt
            grant(&pending)
        case .leased:
            adopt(record.state, for: left, answer: .held(left), &pending)
        case .held(let attempt, _):
            let rest = min(record.remainingHold(remainingLife: .milliseconds(life)), left)
            if rest > .zero {
                adopt(record.state, for: rest, answer: .held(rest), &pending)
            } else if pending.request.mayCall {
                pending.attempt = attempt + 1
                pending.step = .takeOver(text)
            } else {
                pending.admission = .vacant
            }
        case .succeeded(let id, let payload):
            adopt(record.state, for: .zero, answer: .succeeded(id: id, payload), &pending)
        case .failed(let payload):
            adopt(record.state, for: .zero, answer: .failed(payload), &pending)
        }
    }

    private func adopt(_ state: SlotState, for time: Duration, answer: Admission, _ pending: inout PendingRequest) {
        local.adopt(state, of: pending.request.key, for: time, keepTime: pending.request.keepTime, at: pending.now)
        pending.admission = answer
    }

    private func grant(_ pending: inout PendingRequest) {
        pending.admission = .admitted(local.grant(pending.request, attempt: pending.attempt, at: pending.now))
    }

    private func decideAlone(_ pending: inout PendingRequest) {
        pending.admission = local.admit([pending.request], at: pending.now)[0]
    }

    private func rehearse() throws(RedisError) {
        commands.removeAll()
        commands.rehearse(key: keys.rehearsalKey(UInt64.random(in: .min ... .max)))
        try connection.send(commands.buffer)
        for _ in 0..<commands.buffer.count {
            if case .error(let text) = try connection.reply() {
                throw RedisError.refusal("a test of the guard's commands", text)
            }
        }
    }

    /// Counts a value of the wrong type.
    ///
    /// - Throws: any other error that Redis answered.
    private func noteValue(of key: LeaseKey, or text: String) throws(RedisError) {
        // A script's error has the code inside its text where Redis is older than 7.
        guard text.contains("WRONGTYPE") else { throw RedisError.refusal("a guard command", text) }
        report(strangeValue(of: key))
    }

    private func strangeValue(of key: LeaseKey) -> RedisError {
        let name = String(decoding: keys.key(of: key), as: UTF8.self)
        return RedisError(.value, "the key \(name) holds a value that prompterd did not write; delete it")
    }
}
