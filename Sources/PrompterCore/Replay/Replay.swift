internal import HeapModule

/// Tells of a recorded past what a daemon would have told of it, by the daemon's own logic.
///
/// It keeps no observations: what it holds grows with the targets and their values alone. A line that stands somewhat late is
/// put where it belongs; one that came later than ``reach`` lines is complained of.
public struct Replay: Sendable {
    /// What becomes known.
    public enum Outcome: Hashable, Sendable {
        case event(EventReport)
        /// A line that can't be replayed.
        case complaint(ExchangeReader.Complaint)
    }

    /// How many lines are held back, for one that belongs before them.
    public static let reach = 10_000

    private struct Held: Comparable {
        var time: Timestamp
        var id: UInt64
        var line: Int
        /// Where its entry is kept.
        var place: Int

        static func < (left: Held, right: Held) -> Bool {
            (left.time, left.id, left.line) < (right.time, right.id, right.line)
        }
    }

    private let reach: Int
    private var reader = ReplayReader()
    private var ledger: VersionLedger
    private var held = Heap<Held>()
    private var entries: [ReplayReader.Entry] = []

    /// Findings that were replayed.
    public private(set) var findings = 0

    public init(rules: LifeRules = LifeRules(), reach: Int = reach) {
        self.reach = max(1, reach)
        ledger = VersionLedger(rules: rules, keepsPast: false)
    }

    /// Lines that were read.
    public var lines: Int { reader.number - 1 }

    /// Days of an export of which nothing but counts are left; they can't be replayed.
    public var tallies: Int { reader.tallies }

    /// Names of members that have no meaning here, each with what may have been meant; at most 16, in order.
    public var unknownMembers: [String] {
        reader.unknown.sorted().map { "\($0)\(Suggestion.text(for: $0, among: RecordedLine.names))" }
    }

    /// Takes the next bytes.
    public mutating func take(_ bytes: ArraySlice<UInt8>) -> [Outcome] {
        var outcomes: [Outcome] = []
        for result in reader.take(bytes) { hold(result, &outcomes) }
        return outcomes
    }

    /// Takes that nothing more comes.
    public mutating func finish() -> [Outcome] {
        var outcomes: [Outcome] = []
        for result in reader.finish() { hold(result, &outcomes) }
        while let next = held.popMin() { record(entries[next.place], &outcomes) }
        return outcomes
    }

    private mutating func hold(
        _ result: Result<ReplayReader.Entry, ExchangeReader.Complaint>, _ outcomes: inout [Outcome]
    ) {
        switch result {
        case .failure(let complaint): outcomes.append(.complaint(complaint))
        case .success(let entry):
            var new = Held(time: entry.finding.time, id: entry.id, line: entry.line, place: entries.count)
            if held.count > reach, let next = held.min {
                record(entries[next.place], &outcomes)
                new.place = next.place
                entries[new.place] = entry
                held.replaceMin(with: new)
            } else {
                entries.append(entry)
                held.insert(new)
            }
        }
    }

    private mutating func record(_ entry: ReplayReader.Entry, _ outcomes: inout [Outcome]) {
        let here = (time: entry.finding.time, id: entry.id)
        if let head = reader.subjects[entry.subject].head, !(head < here) {
            // The same observation twice changes nothing.
            if head == here { return }
            let reason = "it comes more than \(reach) lines too late; sort the lines by time"
            outcomes.append(.complaint(ExchangeReader.Complaint(line: entry.line, reason: reason)))
            return
        }
        reader.subjects[entry.subject].head = here
        findings += 1
        var finding = entry.finding
        if !entry.hasSlot {
            if !entry.isConfirmation { reader.subjects[entry.subject].slot += 1 }
            finding.slot = reader.subjects[entry.subject].slot
        }
        for event in ledger.record(finding, at: finding.time).events {
            outcomes.append(.event(reader.subjects[entry.subject].report(event)))
        }
    }
}

extension Finding {
    fileprivate var slot: Int64 {
        get {
            switch self {
            case .observation(let observation, _): observation.slot
            case .failure(let attempt): attempt.slot
            }
        }
        set {
            switch self {
            case .observation(var observation, let isImported):
                observation.slot = newValue
                self = .observation(observation, imported: isImported)
            case .failure(var attempt):
                attempt.slot = newValue
                self = .failure(attempt)
            }
        }
    }
}
