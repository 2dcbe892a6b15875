import PrompterCore

/// What the guard and Redis say to each other about slots, over one connection.
///
/// Every answer goes into the in-process guard before the next is read, so that it can decide alone at any time.
final class SlotExchange {
    /// Settlements and claims each in one flush at most: some 10 ms of Redis's time, far from its timeout.
    private static let flushLimit = 1024
    /// How often one claim asks: the slot may be let go, or taken over, between two answers.
    private static let mostRounds = 3

    private let connection: RedisConnection
    private let local: LocalGuard
    private let keys: SlotKeys
    private var commands = SlotCommands()
    /// Told of each value under a slot's key that no prompterd wrote.
    private let report: (RedisError) -> Void

    /// Connects, logs in, and rehearses one claim with its settlement, so that a Redis that is loading, full, read-only or
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
        try logIn(url)
        try rehearse()
    }

    /// Settles `settlements` and answers `claims`. Both may be given again after an error: what was done already stays done.
    ///
    /// - Throws: ``RedisError`` where Redis is not usable; the claims that were answered before keep their answers.
    func run(_ claims: inout [PendingClaim], _ settlements: [Settlement]) throws(RedisError) {
        var settlements = settlements[...]
        var open = claims.indices.filter { claims[$0].admission == nil }[...]
        while !settlements.isEmpty || !open.isEmpty {
            try flush(&claims, open.prefix(Self.flushLimit), settlements.prefix(Self.flushLimit))
            for _ in 1..<Self.mostRounds {
                let again = open.prefix(Self.flushLimit).filter { claims[$0].admission == nil }
                if again.isEmpty { break }
                try flush(&claims, again[...], [])
            }
            for index in open.prefix(Self.flushLimit) where claims[index].admission == nil {
                claims[index].admission = .held(.seconds(1))
            }
            open = open.dropFirst(Self.flushLimit)
            settlements = settlements.dropFirst(Self.flushLimit)
        }
    }

    private func flush(
        _ claims: inout [PendingClaim], _ open: ArraySlice<Int>, _ settlements: ArraySlice<Settlement>
    ) throws(RedisError) {
        commands.removeAll()
        for settlement in settlements { commands.settle(settlement, key: keys.key(of: settlement.lease.slot)) }
        for index in open {
            let claim = claims[index]
            let key = keys.key(of: claim.claim.slot)
            switch claim.step {
            case .ask: commands.ask(claim, key: key)
            case .takeOver(let old): commands.takeOver(claim, from: old, key: key)
            }
        }
        try connection.send(commands.buffer)
        for settlement in settlements { try readSettled(settlement) }
        for index in open {
            switch claims[index].step {
            case .ask: try readAnswer(to: &claims[index])
            case .takeOver: try readTakenOver(&claims[index])
            }
        }
    }

    private func readSettled(_ settlement: Settlement) throws(RedisError) {
        switch try connection.reply() {
        case .integer: break
        case .error(let text): try noteValue(of: settlement.lease.slot, or: text)
        default: throw unexpected("EVAL")
        }
    }

    private func readTakenOver(_ claim: inout PendingClaim) throws(RedisError) {
        switch try connection.reply() {
        case .integer(1): grant(&claim)
        case .integer: claim.step = .ask
        case .error(let text):
            try noteValue(of: claim.claim.slot, or: text)
            decideAlone(&claim)
        default: throw unexpected("EVAL")
        }
    }

    private func readAnswer(to claim: inout PendingClaim) throws(RedisError) {
        if claim.claim.mayCall {
            switch try connection.reply() {
            case .status:
                try connection.skipReplies(2)
                return grant(&claim)
            case .null: break
            case .error(let text): throw refusal("SET", text)
            default: throw unexpected("SET")
            }
        }
        let value = try connection.reply()
        guard case .integer(let life) = try connection.reply() else { throw unexpected("PTTL") }
        switch value {
        case .text(let text): take(text, life: life, for: &claim)
        case .error(let text):
            try noteValue(of: claim.claim.slot, or: text)
            decideAlone(&claim)
        default: throw unexpected("GETRANGE")
        }
    }

    /// - Parameter life: PTTL's answer: milliseconds, -1 for a key that does not expire, -2 for none.
    private func take(_ text: [UInt8], life: Int64, for claim: inout PendingClaim) {
        let slot = claim.claim.slot
        if life == -2 {
            // Let go in between: ask once more.
            if !claim.claim.mayCall { claim.admission = .vacant }
            return
        }
        guard life >= 0, let record = SlotRecord(text, of: slot) else {
            report(Self.strangeValue(of: slot))
            return decideAlone(&claim)
        }
        let left = min(Duration.milliseconds(life), claim.claim.keepTime)
        switch record.state {
        case .leased(claim.claim.id, let attempt):
            // Our own: the answer that told of it was lost.
            claim.attempt = attempt
            grant(&claim)
        case .leased:
            adopt(record.state, for: left, answer: .held(left), &claim)
        case .held(let attempt, _):
            let rest = min(record.remainingHold(remainingLife: .milliseconds(life)), left)
            if rest > .zero {
                adopt(record.state, for: rest, answer: .held(rest), &claim)
            } else if claim.claim.mayCall {
                claim.attempt = attempt + 1
                claim.step = .takeOver(text)
            } else {
                claim.admission = .vacant
            }
        case .observed(let observation):
            adopt(record.state, for: .zero, answer: .observed(observation), &claim)
        case .failed(let failureClass):
            adopt(record.state, for: .zero, answer: .failed(failureClass), &claim)
        }
    }

    private func adopt(_ state: SlotState, for time: Duration, answer: Admission, _ claim: inout PendingClaim) {
        local.adopt(state, of: claim.claim.slot, for: time, keepTime: claim.claim.keepTime, at: claim.now)
        claim.admission = answer
    }

    private func grant(_ claim: inout PendingClaim) {
        claim.admission = .admitted(local.grant(claim.claim, attempt: claim.attempt, at: claim.now))
    }

    private func decideAlone(_ claim: inout PendingClaim) {
        claim.admission = local.admit([claim.claim], at: claim.now)[0]
    }

    private func logIn(_ url: RedisURL) throws(RedisError) {
        var login = RedisCommands()
        if let password = url.password {
            login.begin(arguments: url.user == nil ? 2 : 3)
            login.append("AUTH")
            if let user = url.user { login.append(user) }
            login.append(password.reveal())
        }
        if url.database != 0 {
            login.begin(arguments: 2)
            login.append("SELECT")
            login.append(String(url.database))
        }
        guard login.count > 0 else { return }
        try connection.send(login)
        if url.password != nil {
            switch try connection.reply() {
            case .status: break
            case .error(let text):
                // Whatever else stands there may be the password: Redis repeats the arguments of a command that it does not
                // know.
                let code =
                    ["WRONGPASS", "NOPERM", "ERR"].first { text.hasPrefix($0) } ?? "for no reason of Redis's own"
                throw RedisError(.refused, "AUTH was refused (\(code)); check user and password")
            default: throw unexpected("AUTH")
            }
        }
        if url.database != 0 {
            switch try connection.reply() {
            case .status: break
            case .error(let text): throw refusal("SELECT", text)
            default: throw unexpected("SELECT")
            }
        }
    }

    private func rehearse() throws(RedisError) {
        commands.removeAll()
        commands.rehearse(key: keys.rehearsalKey(UInt64.random(in: .min ... .max)))
        try connection.send(commands.buffer)
        for _ in 0..<commands.buffer.count {
            if case .error(let text) = try connection.reply() { throw refusal("a rehearsal of the guard", text) }
        }
    }

    /// Counts a value of the wrong type.
    ///
    /// - Throws: any other error that Redis answered.
    private func noteValue(of slot: Slot, or text: String) throws(RedisError) {
        // A script's error has the code inside its text where Redis is older than 7.
        guard text.contains("WRONGTYPE") else { throw refusal("a command of the guard", text) }
        report(Self.strangeValue(of: slot))
    }

    private static func strangeValue(of slot: Slot) -> RedisError {
        RedisError(
            .value, "the key of slot \(slot.number) of target \(slot.target) holds what no prompterd wrote; delete it")
    }

    private func refusal(_ command: String, _ text: String) -> RedisError {
        RedisError(.refused, "\(command) was refused: \(text)")
    }

    private func unexpected(_ command: String) -> RedisError {
        RedisError(.protocol, "the answer to \(command) is none of Redis")
    }
}
