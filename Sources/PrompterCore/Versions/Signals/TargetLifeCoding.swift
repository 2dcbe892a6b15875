/// How a store keeps a life: whole numbers of seven bits a byte, the lowest first and the highest bit set where more follow
/// (LEB128, DWARF 5, section 7.6), and texts behind their length. Binary, since a store writes it with every observation.
extension TargetLife {
    private static let form: UInt8 = 2

    /// The life as ``init(encoded:)`` reads it.
    public var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.bytes.append(Self.form)
        writer.write([successes, confirmations])
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
        guard reader.byte() == Self.form, let counts = reader.counts(2) else { return nil }
        (successes, confirmations) = (counts[0], counts[1])
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

    mutating func write(_ counts: [Int]) {
        for count in counts { write(UInt64(count)) }
    }

    mutating func write(_ texts: [String]) {
        write(UInt64(texts.count))
        for text in texts { write(text) }
    }

    mutating func write(_ flag: Bool) {
        bytes.append(flag ? 1 : 0)
    }

    mutating func write<Value>(_ value: Value?, _ write: (inout ByteWriter, Value) -> Void) {
        self.write(value != nil)
        if let value { write(&self, value) }
    }

    mutating func write(_ mixture: Mixture) {
        write([
            mixture.answers, mixture.foreign, mixture.afterForeign, mixture.foreignAfterForeign, mixture.novel,
            mixture.followers, mixture.repeats,
        ])
    }

    mutating func write(_ run: ForeignRun) {
        write(run.start)
        write([run.startCount, run.length, run.novel, run.known, run.confirmations])
        write([run.pending.novel, run.pending.followers, run.pending.repeats])
        write(run.isFresh)
        write(run.evidence.bitPattern)
    }

    mutating func write(_ life: SignalLife) {
        write(UInt64(Signal.allCases.firstIndex(of: life.signal) ?? 0))
        write([life.shown, life.carried, life.unshown, life.age, life.nextChoice])
        write(life.first) { $0.write($1) }
        for sighting in [life.last, life.lastSettled] { write(sighting) { $0.write($1) } }
        write(life.mixture)
        write(life.run) { $0.write($1) }
        write(life.presence.mixture)
        write([life.presence.absentRun])
        write(life.presence.evidence.bitPattern)
        write(life.presence.isMissing)
        write(life.appearancesSpentUntil) { $0.write($1) }
        write(life.live.awaited)
        write([life.displaced.count])
        for set in life.displaced {
            write(set.values)
            write(set.mixture)
            write([set.age, set.nextChoice, set.count])
        }
        write([life.members.count])
        for member in life.members {
            write(member.value)
            write(member.since)
            write(member.lastSeen)
            write([member.lastCount, member.answers])
            write(member.isSettled)
            write(member.isFresh)
            write(member.isBack)
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

    /// Nothing that is counted comes near the bound: sums of counts stay whole numbers.
    mutating func count() -> Int? {
        number().flatMap { $0 < 1 << 48 ? Int($0) : nil }
    }

    /// No clock comes near the bound: differences of times stay whole numbers.
    mutating func time() -> Timestamp? {
        number().map { Timestamp(milliseconds: Int64(bitPattern: $0)) }
            .flatMap { abs($0.milliseconds / 2) < 1 << 48 ? $0 : nil }
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

    /// - Returns: `nil` where the bytes are wrong, and an inner `nil` where they say that there is nothing.
    mutating func optional<Value>(_ read: (inout ByteReader) -> Value?) -> Value?? {
        guard let isThere = flag() else { return nil }
        guard isThere else { return .some(nil) }
        return read(&self).map { .some($0) }
    }

    mutating func counts(_ number: Int) -> [Int]? {
        list(number) { $0.count() }
    }

    /// - Parameter count: how many there are; `nil` where the bytes say so first.
    mutating func list<Value>(_ count: Int? = nil, _ read: (inout ByteReader) -> Value?) -> [Value]? {
        guard let count = count ?? self.count() else { return nil }
        var list: [Value] = []
        // Each takes a byte at least.
        guard count <= rest.count else { return nil }
        for _ in 0..<count {
            guard let value = read(&self) else { return nil }
            list.append(value)
        }
        return list
    }

    mutating func mixture() -> Mixture? {
        guard let counts = counts(7) else { return nil }
        return Mixture(
            answers: counts[0], foreign: counts[1], afterForeign: counts[2], foreignAfterForeign: counts[3],
            novel: counts[4], followers: counts[5], repeats: counts[6])
    }

    mutating func run() -> ForeignRun? {
        guard let start = sighting(), let counts = counts(5), let pending = self.counts(3), let isFresh = flag(),
            let evidence = number()
        else { return nil }
        var run = ForeignRun(start: start, startCount: counts[0])
        (run.length, run.novel, run.known, run.confirmations) = (counts[1], counts[2], counts[3], counts[4])
        run.pending = ForeignRun.Lesson(novel: pending[0], followers: pending[1], repeats: pending[2])
        run.isFresh = isFresh
        run.evidence = Double(bitPattern: evidence)
        return run
    }

    mutating func life() -> SignalLife? {
        guard let signal = count(), Signal.allCases.indices.contains(signal) else { return nil }
        var life = SignalLife(Signal.allCases[signal])
        guard let counts = counts(5), let first = optional({ $0.time() }), let last = optional({ $0.sighting() }),
            let lastSettled = optional({ $0.sighting() }), let mixture = mixture(), let run = optional({ $0.run() }),
            let presence = presence(), let spentUntil = optional({ $0.time() }), let awaited = list(nil, { $0.text() }),
            let displaced = list(nil, { $0.displaced() }), let members = list(nil, { $0.member() })
        else { return nil }
        (life.shown, life.carried, life.unshown) = (counts[0], counts[1], counts[2])
        (life.age, life.nextChoice) = (counts[3], counts[4])
        (life.first, life.last, life.lastSettled) = (first, last, lastSettled)
        (life.mixture, life.run, life.presence) = (mixture, run, presence)
        (life.appearancesSpentUntil, life.live.awaited) = (spentUntil, awaited)
        (life.displaced, life.live.values) = (displaced, members)
        return life
    }

    private mutating func presence() -> Presence? {
        guard let mixture = mixture(), let absentRun = count(), let evidence = number(), let isMissing = flag() else {
            return nil
        }
        return Presence(
            mixture: mixture, absentRun: absentRun, evidence: Double(bitPattern: evidence), isMissing: isMissing)
    }

    private mutating func displaced() -> SignalLife.Displaced? {
        guard let values = list(nil, { $0.text() }), let mixture = mixture(), let counts = counts(3) else { return nil }
        return SignalLife.Displaced(
            values: values, mixture: mixture, age: counts[0], nextChoice: counts[1], count: counts[2])
    }

    private mutating func member() -> LiveValue? {
        guard let value = text(), let since = time(), let lastSeen = time(), let counts = counts(2),
            let isSettled = flag(), let isFresh = flag(), let isBack = flag()
        else { return nil }
        return LiveValue(
            value: value, since: since, lastSeen: lastSeen, lastCount: counts[0], answers: counts[1],
            isSettled: isSettled, isFresh: isFresh, isBack: isBack)
    }
}
