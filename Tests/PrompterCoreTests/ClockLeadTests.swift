import PrompterCore
import Testing

/// How far the wall clock was set back.
struct ClockLeadTests {
    private let start = Moment(
        wall: Timestamp(milliseconds: 1_790_000_000_000), uptime: Uptime(sinceStart: .seconds(1000)))

    private func set(_ seconds: Int, _ moment: Moment) -> Moment {
        Moment(wall: moment.wall + .seconds(seconds), uptime: moment.uptime)
    }

    @Test func isToldOnce() {
        var lead = ClockLead()
        #expect(lead.takeSetBack(at: start) == .zero)
        let later = start.advanced(by: .seconds(60))
        #expect(lead.takeSetBack(at: later) == .zero)
        let back = set(-300, later.advanced(by: .seconds(60)))
        #expect(lead.takeSetBack(at: back) == .seconds(300))
        #expect(lead.takeSetBack(at: back.advanced(by: .seconds(60))) == .zero)
        #expect(lead.takeSetBack(at: set(500, back)) == .zero)
        #expect(lead.takeSetBack(at: back) == .seconds(500))
    }

    /// What was ahead for less than a minute may have been taken for the time meanwhile.
    @Test func isToldWhereItWasAheadInBetween() {
        var lead = ClockLead()
        _ = lead.takeSetBack(at: start)
        lead.see(set(7200, start.advanced(by: .seconds(10))))
        #expect(lead.takeSetBack(at: start.advanced(by: .seconds(20))) == .seconds(7200))
    }
}
