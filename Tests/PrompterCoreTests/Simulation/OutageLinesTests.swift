import ConformanceSuites
import PrompterCore
import Testing

/// What the log says of a provider that goes down with all its targets, and comes back.
@Suite(.ownThread) struct OutageLinesTests {
    /// A scheduler whose outside world takes no time.
    private struct World {
        var scheduler = Scheduler(storeCapacity: 100_000, seed: 1)
        let probeGuard = LocalGuard()
        var ledger = VersionLedger(keepsPast: false)
        var now = Moment(wall: Timestamp(milliseconds: 1_790_000_000_000), uptime: Uptime(sinceStart: .seconds(1000)))
        /// How each call fails; `nil` for an answer.
        var failure: ProbeFailure?
        /// Lines that an operator reads.
        var lines: [LogLine] = []
        var answered = 0

        mutating func handle(_ input: SchedulerInput) {
            var inputs = [input]
            while let input = inputs.popLast() {
                for directive in scheduler.handle(input, at: now) {
                    switch directive {
                    case .admit(let requests): inputs.append(.admissions(probeGuard.admit(requests, at: now)))
                    case .probe(let order): inputs.append(.ended([ProbeEnd(id: order.id, outcome(of: order.target))]))
                    case .settle(let outcomes):
                        probeGuard.settle(outcomes, at: now)
                        inputs.append(.settled(outcomes.map(\.lease.id)))
                    case .record(let entry):
                        let recorded = ledger.record(entry.finding, at: now.wall)
                        inputs.append(.committed([(entry: entry, recorded: recorded)]))
                    case .log(let line): if ![.debug, .info].contains(line.level) { lines.append(line) }
                    case .keep, .breakOff, .noteClockSetBack, .reply: break
                    }
                }
            }
        }

        private mutating func outcome(of target: Target) -> ProbeEnd.Outcome {
            if let failure { return .failure(failure) }
            answered += 1
            let version = VersionIdentity(resolvedModel: target.model, fingerprint: nil)!
            return .answer(ProbeAnswer(version: version, latency: .milliseconds(5)))
        }

        /// Lives for `time`, with a pulse a minute.
        mutating func live(for time: Duration) {
            let end = now.uptime + time
            while now.uptime < end {
                let pulse = now.uptime + .seconds(60)
                while let wake = scheduler.wake(at: now), wake - now.wall < pulse - now.uptime {
                    now = now.advanced(by: max(wake - now.wall, .milliseconds(1)))
                    handle(.tick)
                    _ = scheduler.takeSnapshot(isForced: false, at: now.wall)
                }
                now = now.advanced(by: max(pulse - now.uptime, .zero))
                handle(.pulse)
            }
        }
    }

    @Test(arguments: [
        FailureClass.timeout, .connection, .serverError, .rateLimited, .auth, .quota, .address, .malformed,
    ])
    func anOutageIsAFewLinesAndSoIsItsEnd(failureClass: FailureClass) {
        let count = 10_000
        let provider = Provider(name: "p", dialect: .openAICompatible, baseURL: "https://x", concurrency: 500)
        let targets = (0..<count).map { Target(provider: provider, model: "m-\($0)", interval: .seconds(600)) }
        var world = World()
        world.handle(
            .watchlist(ScheduledWatchlist(Watchlist(providers: ["p": provider], watches: [], targets: targets))))
        world.live(for: .seconds(1200))
        #expect(world.answered >= count)
        world.lines = []
        world.failure = ProbeFailure(failureClass, "down")
        world.live(for: .seconds(3600))
        let outage = world.lines
        #expect((1...20).contains(outage.count), "\(outage.map(\.text))")
        #expect(outage.contains { $0.text.contains(failureClass.rawValue) }, "\(outage.map(\.text))")
        world.lines = []
        world.failure = nil
        let before = world.answered
        world.live(for: .seconds(4 * 3600))
        #expect(world.answered - before > count)
        #expect((1...20).contains(world.lines.count), "\(world.lines.map(\.text))")
    }

    /// A target alone is told of at once, however often others failed before.
    @Test func aTargetAloneIsToldAtOnce() {
        let provider = Provider(name: "p", dialect: .openAICompatible, baseURL: "https://x", concurrency: 4)
        let target = Target(provider: provider, model: "m", interval: .seconds(600))
        var world = World()
        world.handle(
            .watchlist(ScheduledWatchlist(Watchlist(providers: ["p": provider], watches: [], targets: [target]))))
        for _ in 0..<6 {
            world.failure = nil
            world.live(for: .seconds(1800))
            world.lines = []
            world.failure = ProbeFailure(.malformed, "no JSON")
            world.live(for: .seconds(1200))
            #expect(world.lines.map(\.text).filter { $0 == "p m: malformed: no JSON" }.count == 1)
        }
    }
}
