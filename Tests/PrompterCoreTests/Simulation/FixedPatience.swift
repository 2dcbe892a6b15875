@testable import PrompterCore

/// The rule before evidence, kept for comparison: a baseline of 20 answers, then an alarm after 2 answers in a row (a fingerprint:
/// 30) that show nothing of the settled set, and a switch that silences a signal whose new values do not come back.
struct FixedPatience: AlarmRule {
    private struct Member {
        var value: String
        var lastSeen: Timestamp
        var lastCount: Int
        var isSettled: Bool
    }

    private static let baseline = 20
    private let patience: Int
    private let isMajor: Bool
    private var shown = 0
    private var carried = 0
    private var members: [Member] = []
    private var known: Set<String> = []
    private var last: String?
    private var foreignRun = 0
    private var absentRun = 0
    private var isMissing = false
    private var displaced: [String] = []
    private var displacedCount = 0
    private var news: UInt128 = 0
    private var returns: UInt128 = 0

    init(_ signal: Signal) {
        isMajor = signal.isMajor
        patience = signal.isMajor ? 2 : 30
    }

    private var isNoisy: Bool {
        carried >= 20 && news.nonzeroBitCount >= 8 && news.nonzeroBitCount > returns.nonzeroBitCount + 2
    }

    func wantsConfirmation(made: Int) -> Bool {
        isMajor && made == 0 && foreignRun > 0 && foreignRun < patience && absentRun == 0 && !isNoisy
    }

    mutating func take(_ value: String?, time: Timestamp, isConfirmation: Bool) -> [AlarmNews] {
        shown += 1
        guard let value else {
            absentRun += 1
            guard !isMissing, carried > 0, shown > Self.baseline, absentRun >= patience else { return [] }
            isMissing = true
            return [AlarmNews(.missing, "")]
        }
        var told: [AlarmNews] = []
        if isMissing || carried == 0 && shown > Self.baseline { told.append(AlarmNews(.present, value)) }
        (isMissing, absentRun) = (false, 0)
        let wasInBaseline = carried < Self.baseline
        carried += 1
        var isSettled = false
        let isKnown = !known.insert(value).inserted
        note(isNew: !isKnown, isReturn: isKnown && value != last)
        if let index = members.firstIndex(where: { $0.value == value }) {
            (members[index].lastSeen, members[index].lastCount) = (time, carried)
            isSettled = members[index].isSettled
        } else {
            isSettled = displaced.contains(value) && carried - displacedCount <= 30
            members.append(Member(value: value, lastSeen: time, lastCount: carried, isSettled: isSettled))
            if !wasInBaseline, !isNoisy { told.append(AlarmNews(isKnown ? .returned : .appeared, value)) }
            if members.count > 64 {
                members.remove(at: members.indices.min { members[$0].lastCount < members[$1].lastCount }!)
            }
        }
        if wasInBaseline {
            if carried == Self.baseline { settle() }
        } else if isSettled {
            foreignRun = 0
        } else {
            foreignRun += 1
            if foreignRun >= patience, !isNoisy {
                displaced = members.filter(\.isSettled).map(\.value)
                displacedCount = carried
                members.removeAll(where: \.isSettled)
                settle()
                told.append(AlarmNews(.replaced, value))
            }
        }
        last = value
        let carried = carried
        members.removeAll { carried - $0.lastCount >= 45 && time - $0.lastSeen >= .seconds(86_400) }
        if !wasInBaseline, !members.contains(where: \.isSettled) { settle() }
        return told
    }

    private mutating func note(isNew: Bool, isReturn: Bool) {
        let kept: UInt128 = (1 << 90) - 1
        news = (news << 1 | (isNew ? 1 : 0)) & kept
        returns = (returns << 1 | (isReturn ? 1 : 0)) & kept
    }

    private mutating func settle() {
        for index in members.indices { members[index].isSettled = true }
        foreignRun = 0
    }
}
