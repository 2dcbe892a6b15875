/// How a store keeps a life: whole numbers of seven bits a byte, the lowest first and the highest bit set where more follow
/// (LEB128, DWARF 5, section 7.6), and texts behind their length. Binary, since a store writes it with every observation.
extension TargetLife {
    private static let form: UInt8 = 1

    /// The life as ``init(encoded:)`` reads it.
    public var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.bytes.append(Self.form)
        writer.write(UInt64(successes))
        writer.write(head) { $0.write($1) }
        writer.write(retirement) { $0.write($1) }
        writer.write(UInt64(signals.count))
        for life in signals { writer.write(life) }
        return writer.bytes
    }

    /// - Returns: `nil` for bytes that are no life of this form: whoever has them tells the past anew.
    public init?(encoded bytes: [UInt8]) {
        self.init()
        var reader = ByteReader(bytes)
        guard reader.byte() == Self.form, let successes = reader.count() else { return nil }
        self.successes = successes
        guard let head = reader.optional({ $0.sighting() }), let retirement = reader.optional({ $0.time() }),
            let count = reader.count(), count <= Signal.allCases.count
        else { return nil }
        self.head = head
        self.retirement = retirement
        signals.reserveCapacity(count)
        for _ in 0..<count {
            guard let life = reader.life() else { return nil }
            signals.append(life)
        }
        guard reader.isAtEnd else { return nil }
    }
}

private struct ByteWriter {
    var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(512)
    }

    mutating func write(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func write(_ time: Timestamp) {
        write(UInt64(bitPattern: time.milliseconds))
    }

    mutating func write(_ text: String) {
        write(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func write(_ sighting: Sighting) {
        write(sighting.time)
        write(sighting.id)
        write(sighting.value)
    }

    mutating func write(_ word: UInt128) {
        write(UInt64(truncatingIfNeeded: word))
        write(UInt64(truncatingIfNeeded: word >> 64))
    }

    mutating func write<Value>(_ value: Value?, _ write: (inout ByteWriter, Value) -> Void) {
        bytes.append(value == nil ? 0 : 1)
        if let value { write(&self, value) }
    }

    mutating func write(_ life: SignalLife) {
        write(UInt64(Signal.allCases.firstIndex(of: life.signal) ?? 0))
        for number in [life.shown, life.carried, life.foreignRun, life.absentRun, life.displacedCount] {
            write(UInt64(number))
        }
        bytes.append(life.isMissing ? 1 : 0)
        bytes.append(life.isForeignConfirmed ? 1 : 0)
        write(life.news)
        write(life.returns)
        for sighting in [life.last, life.lastSettled, life.foreignStart] { write(sighting) { $0.write($1) } }
        write(UInt64(life.displaced.count))
        for value in life.displaced { write(value) }
        write(UInt64(life.members.count))
        for member in life.members {
            write(member.value)
            write(member.since)
            write(member.lastSeen)
            write(UInt64(member.lastCount))
            bytes.append(member.isSettled ? 1 : 0)
        }
    }
}

private struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8? { rest.popFirst() }

    mutating func flag() -> Bool? {
        byte().flatMap { $0 < 2 ? $0 == 1 : nil }
    }

    mutating func number() -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = byte() else { return nil }
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
        }
        return nil
    }

    mutating func count() -> Int? {
        number().flatMap { $0 <= Int64.max ? Int($0) : nil }
    }

    mutating func time() -> Timestamp? {
        number().map { Timestamp(milliseconds: Int64(bitPattern: $0)) }
    }

    mutating func text() -> String? {
        guard let count = count(), count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return String(validating: rest.prefix(count), as: UTF8.self)
    }

    mutating func sighting() -> Sighting? {
        guard let time = time(), let id = number(), let value = text() else { return nil }
        return Sighting(time: time, id: id, value: value)
    }

    mutating func word() -> UInt128? {
        guard let low = number(), let high = number() else { return nil }
        return UInt128(high) << 64 | UInt128(low)
    }

    /// - Returns: `nil` where the bytes are wrong, and an inner `nil` where they say that there is nothing.
    mutating func optional<Value>(_ read: (inout ByteReader) -> Value?) -> Value?? {
        guard let isThere = flag() else { return nil }
        guard isThere else { return .some(nil) }
        return read(&self).map { .some($0) }
    }

    mutating func life() -> SignalLife? {
        guard let signal = count(), Signal.allCases.indices.contains(signal) else { return nil }
        var life = SignalLife(Signal.allCases[signal])
        guard let shown = count(), let carried = count(), let foreignRun = count(), let absentRun = count(),
            let displacedCount = count(), let isMissing = flag(), let isForeignConfirmed = flag(), let news = word(),
            let returns = word(),
            let last = optional({ $0.sighting() }), let lastSettled = optional({ $0.sighting() }),
            let foreignStart = optional({ $0.sighting() }), let displaced = count()
        else { return nil }
        (life.shown, life.carried, life.foreignRun, life.absentRun) = (shown, carried, foreignRun, absentRun)
        life.isForeignConfirmed = isForeignConfirmed
        (life.displacedCount, life.isMissing, life.news, life.returns) = (displacedCount, isMissing, news, returns)
        (life.last, life.lastSettled, life.foreignStart) = (last, lastSettled, foreignStart)
        for _ in 0..<displaced {
            guard let value = text() else { return nil }
            life.displaced.append(value)
        }
        guard let members = count() else { return nil }
        life.members.reserveCapacity(min(members, SignalLife.mostMembers))
        for _ in 0..<members {
            guard let member = member() else { return nil }
            life.members.append(member)
        }
        return life
    }

    private mutating func member() -> SignalLife.Member? {
        guard let value = text(), let since = time(), let lastSeen = time(), let lastCount = count(),
            let isSettled = flag()
        else { return nil }
        return SignalLife.Member(
            value: value, since: since, lastSeen: lastSeen, lastCount: lastCount, isSettled: isSettled)
    }
}
