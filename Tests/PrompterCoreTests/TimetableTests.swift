import Testing

@testable import PrompterCore

struct TimetableTests {
    private let start = Timestamp(milliseconds: 1_790_000_000_000)

    private func targets(_ count: Int, interval: Duration) -> [Target] {
        (0..<count).map { Example.target("m-\($0)", interval: interval) }
    }

    /// Ends every target at once, as probes that take no time would.
    private func run(_ timetable: inout Timetable, from start: Timestamp, for time: Duration, step: Duration) -> [Due] {
        var all: [Due] = []
        var now = start
        while now <= start + time {
            for due in timetable.due(at: now).due {
                all.append(due)
                timetable.end(due.target.id, slot: due.slot, at: now)
            }
            now = now + step
        }
        return all
    }

    @Test func everySlotIsGivenOutOnce() {
        var timetable = Timetable()
        let targets = targets(200, interval: .seconds(10))
        timetable.replace(with: targets, at: start) { _ in nil }
        let all = run(&timetable, from: start, for: .seconds(100), step: .milliseconds(50))
        #expect(Set(all.map(\.slot)).count == all.count)
        for target in targets {
            let numbers = all.filter { $0.target == target }.map(\.slot.number)
            #expect(numbers.count >= 10)
            #expect(numbers == Array(numbers[0]..<(numbers[0] + Int64(numbers.count))))
        }
    }

    @Test func slotsBeginAtTheirPhase() {
        var timetable = Timetable()
        timetable.replace(with: targets(50, interval: .seconds(10)), at: start) { _ in nil }
        let all = run(&timetable, from: start, for: .seconds(60), step: .milliseconds(1))
        for due in all where due.time >= start + .seconds(10) {
            #expect(due.time == due.slot.begin)
        }
    }

    @Test func whatTheSlotHasObservedIsNotProbedAgain() throws {
        let target = Example.target()
        let slot = target.slot(at: start)
        let half = slot.interval / 2
        for (lastSuccess, expected) in [
            (slot.begin, slot.next.begin), (slot.begin - half + .milliseconds(1), slot.next.begin),
        ] {
            var timetable = Timetable()
            timetable.replace(with: [target], at: slot.begin + .seconds(60)) { _ in lastSuccess }
            #expect(timetable.nextDue == expected)
        }
        var timetable = Timetable()
        timetable.replace(with: [target], at: slot.begin + .seconds(60)) { _ in slot.begin - half }
        let due = try #require(timetable.nextDue)
        #expect(due <= slot.begin + .seconds(120))
    }

    @Test func startSpreadsWhatIsLeft() throws {
        var timetable = Timetable()
        let targets = targets(1000, interval: .seconds(3600))
        timetable.replace(with: targets, at: start) { _ in nil }
        var counts: [Int] = []
        for second in 0..<60 {
            counts.append(timetable.due(at: start + .seconds(second) + .milliseconds(999)).due.count)
        }
        // Poisson with mean 16.7: 40 in a second is beyond six deviations.
        #expect(counts.reduce(0, +) >= 980)
        #expect(counts.allSatisfy { $0 < 40 })
    }

    @Test func aTakenTargetIsNotDueAndMissesArePast() throws {
        var timetable = Timetable()
        let target = Example.target(interval: .seconds(10))
        timetable.replace(with: [target], at: start, spread: .zero) { _ in nil }
        let first = try #require(timetable.due(at: start).due.first)
        #expect(timetable.due(at: start + .seconds(35)).due.isEmpty)
        let late = first.slot.begin + .seconds(35)
        timetable.end(target.id, slot: first.slot, at: late)
        let round = timetable.due(at: late)
        #expect(round.due.map(\.slot.number) == [first.slot.number + 3])
        #expect(round.missed.map(\.count) == [2])
    }

    @Test func suspensionCausesOneProbe() throws {
        var timetable = Timetable()
        timetable.replace(with: targets(20, interval: .seconds(60)), at: start) { _ in nil }
        _ = run(&timetable, from: start, for: .seconds(120), step: .seconds(1))
        let round = timetable.due(at: start + .seconds(86_400))
        #expect(round.due.count == 20)
        #expect(round.missed.allSatisfy { $0.count > 1400 })
    }

    @Test func aHoldAsksAgainInTheSameSlot() throws {
        var timetable = Timetable()
        let target = Example.target(interval: .seconds(100))
        let begin = target.slot(at: start).next.begin
        timetable.replace(with: [target], at: begin, spread: .zero) { _ in nil }
        let due = try #require(timetable.due(at: begin).due.first)
        timetable.hold(target.id, slot: due.slot, for: .seconds(15), at: begin)
        #expect(timetable.nextDue == begin + .seconds(15))
        let again = try #require(timetable.due(at: begin + .seconds(15)).due.first)
        #expect(again.slot == due.slot)
        timetable.hold(target.id, slot: due.slot, for: .seconds(85), at: begin + .seconds(15))
        #expect(timetable.nextDue == due.slot.end)
        #expect(timetable.due(at: due.slot.end).due.map(\.slot) == [due.slot.next])
    }

    /// A question takes a target out before its time; what it was to be probed in next stays, also where the clock was set back.
    @Test(arguments: [Duration.zero, .seconds(-60)]) func whatAQuestionTakesOutKeepsItsNextSlot(jump: Duration) throws {
        var timetable = Timetable()
        let target = Example.target(interval: .seconds(100))
        let begin = target.slot(at: start).next.begin
        timetable.replace(with: [target], at: begin, spread: .zero) { _ in nil }
        let due = try #require(timetable.due(at: begin + .seconds(10)).due.first)
        timetable.end(target.id, slot: due.slot, at: begin + .seconds(10))
        let now = begin + .seconds(20) + jump
        let first = timetable.seek(target, at: now)
        let sought = try #require(first)
        #expect(sought.due.isExtra && sought.missed == 0 && sought.due.slot == target.slot(at: now))
        // Until its turn it waits for its slot as before.
        #expect(timetable.nextDue == due.slot.next.begin)
        let taken = timetable.advance(sought.due, at: now + .seconds(1))
        #expect(taken.due == sought.due && taken.missed == 0)
        let second = timetable.seek(target, at: now + .seconds(1))
        #expect(second == nil && timetable.nextDue == nil)
        timetable.end(target.id, slot: taken.due.slot, at: now + .seconds(1))
        #expect(timetable.nextDue == due.slot.next.begin)
        // In its time it is what it would have been anyhow.
        let later = due.slot.next.begin + .seconds(210)
        let third = timetable.seek(target, at: later)
        let late = try #require(third)
        #expect(!late.due.isExtra && late.missed == 2)
    }

    @Test func whoIsNotWatchedIsTakenOutOnce() throws {
        var timetable = Timetable()
        let guest = Example.target(interval: .seconds(100))
        let first = timetable.seek(guest, at: start)
        let sought = try #require(first)
        #expect(sought.due.isExtra && timetable.count == 0)
        let taken = timetable.advance(sought.due, at: start).due
        let second = timetable.seek(guest, at: start)
        #expect(second == nil)
        // Another instance has the slot: it is asked for again, also in the next.
        timetable.hold(guest.id, slot: taken.slot, for: .seconds(100), at: start)
        let again = timetable.due(at: start + .seconds(100))
        #expect(again.due.map(\.isExtra) == [true] && again.missed.isEmpty)
        #expect(timetable.count == 0 && timetable.nextDue == nil)
        let late = timetable.advance(again.due[0], at: start + .seconds(200))
        #expect(late.due.isExtra && late.due.slot == guest.slot(at: start + .seconds(200)) && late.missed == 0)
        timetable.end(guest.id, slot: late.due.slot, at: start + .seconds(200))
        #expect(timetable.count == 0 && timetable.nextDue == nil)
    }

    /// What a question asks for beside the schedule is, once the next slot has begun, that slot's own probe.
    @Test func whatWaitsBesideTheScheduleIsDueInItsNextSlot() throws {
        var timetable = Timetable()
        let target = Example.target(interval: .seconds(100))
        let begin = target.slot(at: start).next.begin
        timetable.replace(with: [target], at: begin, spread: .zero) { _ in nil }
        let due = try #require(timetable.due(at: begin).due.first)
        timetable.end(target.id, slot: due.slot, at: begin)
        let first = timetable.seek(target, at: begin + .seconds(10))
        let sought = try #require(first).due
        var other = timetable
        let next = try #require(timetable.due(at: due.slot.end).due.first)
        #expect(next.slot == due.slot.next && !next.isExtra)
        // Its turn came before the tick did.
        let advanced = other.advance(sought, at: due.slot.end + .seconds(1))
        #expect(advanced.due.slot == due.slot.next && !advanced.due.isExtra && advanced.missed == 0)
        #expect(advanced.due.time == due.slot.end)
        #expect(other.due(at: due.slot.end + .seconds(1)).due.isEmpty)
    }

    /// It is held where another instance has the slot, and keeps its own next one.
    @Test func whatIsHeldBesideTheScheduleKeepsItsNextSlot() throws {
        var timetable = Timetable()
        let target = Example.target(interval: .seconds(100))
        let begin = target.slot(at: start).next.begin
        timetable.replace(with: [target], at: begin, spread: .zero) { _ in nil }
        let due = try #require(timetable.due(at: begin).due.first)
        timetable.end(target.id, slot: due.slot, at: begin)
        let first = timetable.seek(target, at: begin + .seconds(10))
        let taken = timetable.advance(try #require(first).due, at: begin + .seconds(10)).due
        timetable.hold(target.id, slot: taken.slot, for: .seconds(5), at: begin + .seconds(10))
        let again = try #require(timetable.due(at: begin + .seconds(15)).due.first)
        #expect(again.isExtra && again.slot == due.slot && timetable.nextDue == due.slot.end)
        #expect(timetable.due(at: due.slot.end).due.map(\.isExtra) == [false])
    }

    @Test func unchangedTargetsKeepTheirSlots() throws {
        var timetable = Timetable()
        let targets = targets(100, interval: .seconds(3600))
        timetable.replace(with: targets, at: start) { _ in nil }
        let taken = timetable.due(at: start + .seconds(30)).due
        for due in taken.dropLast() { timetable.end(due.target.id, slot: due.slot, at: start + .seconds(30)) }
        let next = timetable.nextDue
        timetable.replace(with: targets, at: start + .seconds(31)) { _ in nil }
        #expect(timetable.nextDue == next)
        let due = timetable.due(at: start + .seconds(61)).due
        #expect(Set(due.map(\.slot)).isDisjoint(with: taken.map(\.slot)))
        timetable.replace(with: [], at: start + .seconds(62)) { _ in nil }
        #expect(timetable.nextDue == nil)
        #expect(timetable.due(at: start + .seconds(7200)).due.isEmpty)
    }

    @Test func aTargetInFlightIsNotGivenOutWhenItsIntervalChanges() throws {
        var timetable = Timetable()
        let slow = Example.target(interval: .seconds(100))
        let fast = Example.target(interval: .seconds(10))
        timetable.replace(with: [slow], at: start, spread: .zero) { _ in nil }
        let due = try #require(timetable.due(at: start).due.first)
        timetable.replace(with: [fast], at: start, spread: .zero) { _ in nil }
        #expect(timetable.due(at: start + .seconds(30)).due.isEmpty)
        timetable.end(slow.id, slot: due.slot, at: start + .seconds(30))
        let next = try #require(timetable.nextDue)
        #expect(next == fast.slot(at: start + .seconds(30)).next.begin)
    }

    /// Wherever in its slot the target was probed.
    @Test(arguments: [0, 50, 99]) func aClockSetBackProbesNothingTwice(offset: Int) throws {
        let target = Example.target(interval: .seconds(100))
        let begin = target.slot(at: start).next.begin
        var timetable = Timetable()
        timetable.replace(with: [target], at: begin, spread: .zero) { _ in nil }
        let due = try #require(timetable.due(at: begin).due.first)
        let ended = begin + .seconds(offset)
        timetable.end(target.id, slot: due.slot, at: ended)
        // At most an interval back: the next slot is still the one after.
        for seconds in [1, 99, 100] {
            var same = timetable
            let isRealigned = same.realign(at: ended - .seconds(seconds), setBack: .seconds(seconds))
            #expect(!isRealigned && same.nextDue == due.slot.end, "\(seconds)")
        }
        // Further back: the slots are taken anew.
        for seconds in [101, 150, 199, 200, 250, 86_400] {
            var new = timetable
            let now = ended - .seconds(seconds)
            let isRealigned = new.realign(at: now, setBack: .seconds(seconds))
            #expect(isRealigned, "\(seconds)")
            let next = try #require(new.nextDue)
            #expect(next >= now && next < target.slot(at: now).end, "\(seconds)")
            let again = try #require(new.due(at: next).due.first)
            #expect(again.slot == target.slot(at: next), "\(seconds)")
        }
    }

    /// What another instance learned is imported as long as the slot lasts; a call of one's own must end in it.
    @Test func whatIsImportedNeedsNoTime() {
        let target = Example.target(interval: .seconds(100))
        let slot = target.slot(at: start)
        let late = slot.end - .milliseconds(1)
        #expect(!Due(target: target, slot: slot.confirmed(), time: late).fits(at: late))
        #expect(Due(target: target, slot: slot.confirmed(), time: late, mayCall: false).fits(at: late))
        #expect(!Due(target: target, slot: slot.confirmed(), time: late, mayCall: false).fits(at: slot.end))
    }

    /// Whatever a probe or a place is waited for through a long jump back, the target goes on by the new clock.
    @Test func aClockSetBackMeanwhileIsNoticedAtTheEnd() throws {
        let target = Example.target(interval: .seconds(100))
        let begin = target.slot(at: start).next.begin
        var timetable = Timetable()
        timetable.replace(with: [target], at: begin, spread: .zero) { _ in nil }
        let due = try #require(timetable.due(at: begin).due.first)
        timetable.confirm(Due(target: target, slot: due.slot.confirmed(), time: begin), at: begin + .seconds(5))
        let now = begin - .seconds(1050)
        let isRealigned = timetable.realign(at: now, setBack: .seconds(1060))
        #expect(isRealigned && timetable.nextDue == nil)
        var (ended, held, waiting) = (timetable, timetable, timetable)
        ended.end(target.id, slot: due.slot, at: now)
        held.hold(target.id, slot: due.slot, for: .seconds(15), at: now)
        let next = target.slot(at: now).end
        #expect(ended.nextDue == next && held.nextDue == next)
        let (new, missed) = waiting.advance(due, at: now)
        #expect(new.slot == target.slot(at: now) && new.time == now && missed == 0)
        waiting.end(target.id, slot: new.slot, at: now)
        #expect(waiting.nextDue == next)
    }

    @Test func shortJumpsThatAddUpAreNoticed() throws {
        let target = Example.target(interval: .seconds(100))
        let begin = target.slot(at: start).next.begin
        var timetable = Timetable()
        timetable.replace(with: [target], at: begin, spread: .zero) { _ in nil }
        let due = try #require(timetable.due(at: begin).due.first)
        timetable.end(target.id, slot: due.slot, at: begin)
        let jumps = (1...4).map { timetable.realign(at: begin - .seconds(90 * $0), setBack: .seconds(90)) }
        #expect(jumps.contains(true))
    }

    @Test func editsLeaveNothingBehind() {
        var timetable = Timetable()
        for edit in 0..<200 {
            let targets = targets(100, interval: .seconds(3600 + edit % 2))
            timetable.replace(with: targets, at: start + .seconds(edit)) { _ in nil }
            #expect(timetable.waitCount <= 201)
        }
        let due = timetable.due(at: start + .seconds(4000)).due
        #expect(Set(due.map(\.target.id)).count == 100 && due.count == 100)
        timetable.replace(with: [], at: start + .seconds(4000)) { _ in nil }
        #expect(timetable.waitCount == 0)
    }

    @Test func aClockSetForwardMissesWhatPassed() throws {
        let target = Example.target(interval: .seconds(100))
        let begin = target.slot(at: start).next.begin
        var timetable = Timetable()
        timetable.replace(with: [target], at: begin, spread: .zero) { _ in nil }
        let due = try #require(timetable.due(at: begin).due.first)
        timetable.end(target.id, slot: due.slot, at: begin)
        let round = timetable.due(at: begin + .seconds(365 * 86_400))
        #expect(round.due.count == 1)
        #expect(round.missed.first?.count == 315_359)
    }

    @Test func whatWaitedForAPlaceIsBroughtToItsSlot() throws {
        let target = Example.target(interval: .seconds(10))
        let begin = target.slot(at: start).next.begin
        var timetable = Timetable()
        timetable.replace(with: [target], at: begin, spread: .zero) { _ in nil }
        let due = try #require(timetable.due(at: begin).due.first)
        let (same, none) = timetable.advance(due, at: begin + .seconds(9))
        #expect(same == due && none == 0)
        let (later, missed) = timetable.advance(due, at: begin + .seconds(25))
        #expect(later.slot.number == due.slot.number + 2 && missed == 2)
        timetable.end(target.id, slot: later.slot, at: begin + .seconds(26))
        #expect(timetable.nextDue == later.slot.end)
    }

    @Test func slotsBeforeTheEpochAreWhole() throws {
        let id = try #require(TargetID(Array(repeating: 0, count: 32)))
        for time in [-1, -999, -1000, -1001, 0, 999] as [Int64] {
            let slot = Slot(of: id, interval: .seconds(1), at: Timestamp(milliseconds: time))
            #expect(slot.begin.milliseconds <= time && time < slot.end.milliseconds)
        }
    }
}
