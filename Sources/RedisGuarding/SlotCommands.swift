import PrompterCore

/// The few commands that the guard sends (https://redis.io/docs/latest/commands/).
struct SlotCommands {
    private(set) var buffer = RedisCommands()

    /// Compare-and-set: `KEYS[1]` becomes `ARGV[2]` for `ARGV[3]` milliseconds, or is deleted where that is empty, if it still
    /// is `ARGV[1]` or is nobody's. So an eviction, or a Redis that came back empty, costs no observation, and whoever comes
    /// too late changes nothing.
    private static let settleScript = Array(
        """
        local value = redis.call('GET', KEYS[1]) \
        if value and value ~= ARGV[1] then return 0 end \
        if ARGV[2] == '' then redis.call('DEL', KEYS[1]) \
        else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end \
        return 1
        """.utf8)

    mutating func removeAll() {
        buffer.removeAll()
    }

    /// Asks for a lease, and what is there: one reply for a lease where the claim may call, and two for what is there.
    mutating func ask(_ claim: PendingClaim, key: [UInt8]) {
        if claim.claim.mayCall { lease(Self.lease(of: claim), for: claim.claim.leaseTime, key: key) }
        read(key)
    }

    /// Asks for a lease in the place of `old`.
    mutating func takeOver(_ claim: PendingClaim, from old: [UInt8], key: [UInt8]) {
        replace(old, by: Self.lease(of: claim), life: Self.life(claim.claim.leaseTime), key: key)
    }

    /// Ends a lease.
    mutating func settle(_ settlement: Settlement, key: [UInt8]) {
        let lease = settlement.lease
        let life = Self.life(lease.keepTime)
        let record: SlotRecord? =
            switch settlement.ending {
            case .observed(let observation): SlotRecord(.observed(observation))
            case .failed(let failureClass, let retryAfter): Self.failed(failureClass, retryAfter, lease, life)
            case .givenBack: nil
            }
        let old = SlotRecord(.leased(id: lease.id, attempt: lease.attempt)).text
        replace(Array(old.utf8), by: record?.text ?? "", life: life, key: key)
    }

    /// All that a claim and its settlement ask of Redis, on a key of its own that is gone afterwards.
    mutating func rehearse(key: [UInt8]) {
        lease("rehearsal", for: .seconds(1), key: key)
        read(key)
        replace(Array("rehearsal".utf8), by: "rehearsed", life: .seconds(1), key: key)
        replace(Array("rehearsed".utf8), by: "", life: .seconds(1), key: key)
    }

    private mutating func lease(_ text: String, for time: Duration, key: [UInt8]) {
        buffer.begin(arguments: 6)
        buffer.append("SET")
        buffer.append(key)
        buffer.append(text)
        buffer.append("NX")
        buffer.append("PX")
        buffer.append(String(Self.life(time).milliseconds))
    }

    /// GETRANGE and not GET, so that a huge value under the key never comes here; one byte more than a record can have shows
    /// that it is none. No key reads as an empty text, and PTTL tells it apart.
    private mutating func read(_ key: [UInt8]) {
        buffer.begin(arguments: 4)
        buffer.append("GETRANGE")
        buffer.append(key)
        buffer.append("0")
        buffer.append(String(SlotRecord.longestText))
        buffer.begin(arguments: 2)
        buffer.append("PTTL")
        buffer.append(key)
    }

    private mutating func replace(_ old: [UInt8], by new: String, life: Duration, key: [UInt8]) {
        buffer.begin(arguments: 7)
        buffer.append("EVAL")
        buffer.append(Self.settleScript)
        buffer.append("1")
        buffer.append(key)
        buffer.append(old)
        buffer.append(new)
        buffer.append(String(life.milliseconds))
    }

    private static func lease(of claim: PendingClaim) -> String {
        SlotRecord(.leased(id: claim.claim.id, attempt: claim.attempt)).text
    }

    private static func failed(
        _ failureClass: FailureClass, _ retryAfter: Duration?, _ lease: Lease, _ life: Duration
    ) -> SlotRecord {
        let (state, hold) = SlotState.afterFailure(failureClass, attempt: lease.attempt, retryAfter: retryAfter)
        return SlotRecord(state, hold: hold, life: life)
    }

    /// What Redis takes as an expiry, in whole milliseconds.
    private static func life(_ time: Duration) -> Duration {
        .milliseconds(min(max(time, .milliseconds(1)), SlotRecord.longestLife).milliseconds)
    }
}
