/// The guard's promise, judged by a campaign's calls: at most one admission a slot while Redis is up, plus one for each lease
/// lost to a crash or a stop.
///
/// A call does not say its slot, but the observation that came of it does, and names its call; so slots are exact, and no clock
/// is compared. A call that nobody recorded has no slot and is not judged: a slot that is probed twice is probed by two who
/// both record it, unless they crash or fail, and those are the ones that may.
///
/// Of the calls of one slot, all but one must be excused. What excuses a call:
/// - Its run was killed between recording and publishing it. Then there is another instance to take the slot over, the run made
///   no later call for the model (a target never overlaps itself, and what ended is settled before the next admission), and no
///   other instance imported it. What the killed daemon recorded it knows itself when it starts again, so one that is alone
///   has no such excuse.
/// - Its run was stopped for longer than a lease: the last call for its model before it went on, which was in flight or not
///   yet settled, and the first after, which may have been admitted before.
/// - Its run says that it lost Redis and guarded alone.
struct GuardPromise {
    /// An observation's slot.
    struct Place: Hashable {
        var model: String
        var slot: Int64
    }

    private(set) var violations: [String] = []
    /// Slots that were judged.
    private(set) var slots = 0
    /// Recorded calls that were excused.
    private(set) var excused = 0

    /// - Parameters:
    ///   - observed: the slot of each recorded call, by its number.
    ///   - imported: the recorded calls that were published, since two daemons have them.
    init(calls: [CallLog.Call], runs: [DaemonRun], observed: [Int: Place], imported: Set<Int>) {
        let excuses = Self.excused(calls, runs, imported)
        var bySlot: [Place: [CallLog.Call]] = [:]
        for call in calls {
            if let place = observed[call.number] { bySlot[place, default: []].append(call) }
        }
        slots = bySlot.count
        for (place, calls) in bySlot {
            excused += calls.count { excuses.contains($0.number) }
            let kept = calls.filter { !excuses.contains($0.number) }
            if kept.count > 1 {
                let told = kept.map { "call \($0.number) of run \($0.run)" }.joined(separator: ", ")
                violations.append("slot \(place.slot) of \(place.model) was probed \(kept.count) times: \(told)")
            }
        }
    }

    private static func excused(_ calls: [CallLog.Call], _ runs: [DaemonRun], _ imported: Set<Int>) -> Set<Int> {
        var excused: Set<Int> = []
        let isFleet = Set(runs.map(\.daemon)).count > 1
        let byRun = Dictionary(grouping: calls, by: \.run)
        for run in runs {
            let ofRun = byRun[run.number] ?? []
            if run.guardedAlone { excused.formUnion(ofRun.map(\.number)) }
            for ofModel in Dictionary(grouping: ofRun, by: \.model).values {
                if isFleet, run.wasKilled, let last = ofModel.last, !imported.contains(last.number) {
                    excused.insert(last.number)
                }
                for pause in run.pauses {
                    if let last = ofModel.last(where: { $0.order < pause.until }) { excused.insert(last.number) }
                    if let first = ofModel.first(where: { $0.order > pause.until }) { excused.insert(first.number) }
                }
            }
        }
        return excused
    }
}
