import Testing

/// The judge of the campaigns is not blind, and not unjust.
struct GuardPromiseTests {
    private static let place = GuardPromise.Place(model: "m", slot: 7)

    /// Two daemons, the first one's run 1 and the second one's run 2; `calls` are the runs that probed the one slot, in order,
    /// and `later` those that probed the next one.
    private func violations(
        _ calls: [Int], later: [Int] = [], run one: DaemonRun = DaemonRun(number: 1, daemon: 0),
        imported: Set<Int> = [], otherDaemon: Int = 1
    ) -> Int {
        var observed: [Int: GuardPromise.Place] = [:]
        let all = (calls + later).enumerated().map { index, run in
            observed[index + 1] =
                index < calls.count ? Self.place : GuardPromise.Place(model: "m", slot: Int64(8 + index))
            return CallLog.Call(number: index + 1, run: run, model: "m", order: 10 * (index + 1))
        }
        let runs = [one, DaemonRun(number: 2, daemon: otherDaemon)]
        return GuardPromise(calls: all, runs: runs, observed: observed, imported: imported).violations.count
    }

    @Test func twoWhoBothRecordASlotBreakThePromise() {
        #expect(violations([1, 2]) == 1)
        #expect(violations([1]) == 0)
        #expect(violations([1], later: [1, 2]) == 0)
    }

    @Test func aKillExcusesOnlyWhatItMayHaveLost() {
        var killed = DaemonRun(number: 1, daemon: 0)
        killed.wasKilled = true
        #expect(violations([1, 2], run: killed) == 0)
        #expect(violations([1, 2], later: [1], run: killed) == 1, "it went on after the slot")
        #expect(violations([1, 2], run: killed, imported: [1]) == 1, "it was published")
        #expect(violations([1, 2], run: killed, otherDaemon: 0) == 1, "it was recorded where the next run looks")
        #expect(violations([1, 2, 2], run: killed) == 1)
    }

    @Test func aPauseExcusesOnlyWhatLiesAroundIt() {
        var paused = DaemonRun(number: 1, daemon: 0)
        paused.pauses = [(from: 12, until: 18)]
        #expect(violations([1, 2], run: paused) == 0)
        #expect(violations([2, 1], run: paused) == 0)
        #expect(violations([2, 2, 1], later: [1], run: paused) == 1)
        paused.pauses = [(from: 32, until: 38)]
        #expect(violations([1, 2], later: [1], run: paused) == 1, "the slot was long over")
    }

    @Test func whoLostRedisGuardsAlone() {
        var alone = DaemonRun(number: 1, daemon: 0)
        alone.log = "12:00:00 warning  redis: gone; this instance guards its slots alone until Redis is back"
        #expect(violations([1, 2], later: [1], run: alone) == 0)
    }
}
