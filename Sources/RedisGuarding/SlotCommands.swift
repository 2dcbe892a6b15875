import PrompterCore

/// The few commands that the guard sends (https://redis.io/docs/latest/commands/).
struct SlotCommands {
    private(set) var buffer = RedisCommands()

    /// Compare-and-set: `KEYS[1]` becomes `ARGV[2]` for `ARGV[3]` milliseconds, or is deleted where that is empty, if it still
    /// is `ARGV[1]` or is nobody's. So an eviction, or a Redis that came back empty, costs no result, and whoever comes
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

    /// Asks for a lease, and what is there: one reply for a lease where the request may call, and two for what is there.
    mutating func ask(_ pending: PendingRequest, key: [UInt8]) {
        if pending.request.mayCall { lease(Self.lease(of: pending), for: pending.request.leaseTime, key: key) }
        read(key)
    }

    /// Asks for a lease in the place of `old`.
    mutating func takeOver(_ pending: PendingRequest, from old: [UInt8], key: [UInt8]) {
        replace(old, by: Self.lease(of: pending), life: Self.life(pending.request.leaseTime), key: key)
    }

    /// Ends a lease.
    mutating func settle(_ outcome: LeaseOutcome, key: [UInt8]) {
        let lease = outcome.lease
        let life = Self.life(lease.keepTime)
        let record = outcome.state.map { SlotRecord($0.0, hold: $0.hold, life: life) }
        let old = SlotRecord(.leased(id: lease.id, attempt: lease.attempt)).text
        replace(Array(old.utf8), by: record?.text ?? "", life: life, key: key)
    }

    /// All that a request and its outcome ask of Redis, on a key of its own that is gone afterwards.
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

    private static func lease(of pending: PendingRequest) -> String {
        SlotRecord(.leased(id: pending.request.id, attempt: pending.attempt)).text
    }

    /// What Redis takes as an expiry, in whole milliseconds.
    private static func life(_ time: Duration) -> Duration {
        .milliseconds(min(max(time, .milliseconds(1)), SlotRecord.longestLife).milliseconds)
    }
}

/// The names of the guard's keys: prefix, version of the records, subject, interval in milliseconds, turn, and a word for a
/// turn's confirmation, with its number from the second on.
struct SlotKeys {
    private let prefix: [UInt8]

    init(prefix: String) {
        self.prefix = Array("\(prefix)1:".utf8)
    }

    func key(of key: LeaseKey) -> [UInt8] {
        var name = prefix
        name.reserveCapacity(prefix.count + 64 + 44)
        name.append(contentsOf: key.subject.hexadecimal.utf8)
        name.append(UInt8(ascii: ":"))
        name.append(contentsOf: String(key.interval.milliseconds).utf8)
        name.append(UInt8(ascii: ":"))
        name.append(contentsOf: String(key.turn).utf8)
        if key.confirmation > 0 { name.append(contentsOf: ":confirmation".utf8) }
        // The first has no number, as before there were others.
        if key.confirmation > 1 { name.append(contentsOf: "-\(key.confirmation)".utf8) }
        return name
    }

    /// A key that is no lease's.
    func rehearsalKey(_ number: UInt64) -> [UInt8] {
        prefix + Array("rehearsal:\(Hexadecimal.encode(number))".utf8)
    }
}
