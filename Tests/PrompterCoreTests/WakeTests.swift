import Testing

@testable import PrompterCore

/// When the scheduler asks to be ticked.
struct WakeTests {
    private let start = Moment(
        wall: Timestamp(milliseconds: 1_764_000_000_000), uptime: Uptime(sinceStart: .seconds(100)))

    /// Whatever else happens meanwhile: a timer that is always set anew never fires.
    @Test(arguments: [true, false]) func noInputPutsOffWhatIsOverdue(hasTarget: Bool) {
        var scheduler = Scheduler()
        let targets = hasTarget ? [Example.target("a"), Example.target("b")] : []
        _ = scheduler.handle(
            .watchlist(ScheduledWatchlist(Watchlist(targets: targets), workers: 1, spread: .zero)), at: start)
        _ = scheduler.handle(.tick, at: start)
        scheduler.noteChange()
        var wakes: Set<Timestamp> = []
        for milliseconds in stride(from: 20_000, to: 20_100, by: 1) {
            let time = Duration.milliseconds(milliseconds)
            let now = Moment(wall: start.wall + time, uptime: start.uptime + time)
            _ = scheduler.handle(.settled([]), at: now)
            if let wake = scheduler.wake(at: now) { wakes.insert(wake) }
        }
        #expect(wakes.count == 1 && wakes.allSatisfy { $0 <= start.wall + .seconds(20) }, "\(wakes)")
    }
}
