import LinuxHost
import PrompterCore
import PrompterDaemon
import Testing

/// A stop while the guard is being asked.
@Suite(.timeLimit(.minutes(10))) struct StopTests {
    /// A guard that answers when it is told to, and notes what is settled.
    private actor SlowGuard: ProbeGuard {
        nonisolated let questions: AsyncStream<[LeaseRequest]>
        private nonisolated let asked: AsyncStream<[LeaseRequest]>.Continuation
        private var waiting: CheckedContinuation<[Admission], Never>?
        private(set) var settled: [LeaseOutcome] = []

        init() {
            (questions, asked) = AsyncStream.makeStream()
        }

        func admit(_ requests: [LeaseRequest], at now: Moment) async -> [Admission] {
            await withCheckedContinuation {
                waiting = $0
                asked.yield(requests)
            }
        }

        func settle(_ outcomes: [LeaseOutcome], at now: Moment) { settled += outcomes }

        func answer(_ admissions: [Admission]) {
            waiting?.resume(returning: admissions)
            waiting = nil
        }
    }

    private let now = Moment(
        wall: Timestamp(milliseconds: 1_790_000_000_000), uptime: Uptime(sinceStart: .seconds(1000)))
    private let target = Target(
        provider: Provider(name: "p", dialect: .openAICompatible, baseURL: "https://x"), model: "m",
        interval: .seconds(600), timeout: .seconds(10))

    /// Stops a runner in the middle of its question, which is then answered.
    private func stop(answering answer: (LeaseRequest) -> Admission) async throws -> (
        calls: Int, settled: [LeaseOutcome]
    ) {
        let probeGuard = SlowGuard()
        let prober = ScriptedProber([.failure(ProbeFailure(.timeout, "never called"))])
        let probers = Probers(stub: prober, live: prober)
        let now = self.now
        let (disarmed, arms) = AsyncStream<Void>.makeStream()
        let runner = Runner(
            Runner.Parts(
                probeGuard: probeGuard, recorder: Recorder(store: MemoryVersionStore(), clock: { now }),
                clock: { now }, log: .silent,
                arm: { if $0 == nil { arms.yield() } }),
            probers: probers)
        await runner.replace(
            with: ScheduledWatchlist(
                Watchlist(providers: ["p": target.provider], watches: [], targets: [target]), spread: .zero),
            probers: probers)
        await runner.tick()
        var questions = probeGuard.questions.makeAsyncIterator()
        let request = try #require(await questions.next()?.first)
        async let stopped: Void = runner.stop(within: .seconds(60))
        // The first thing that a stop does.
        for await _ in disarmed { break }
        #expect(await runner.isStopping)
        await probeGuard.answer([answer(request)])
        await stopped
        #expect(await runner.isIdle)
        return (await runner.view.inFlight, await probeGuard.settled)
    }

    @Test func endsWhereTheSlotIsHeld() async throws {
        let end = try await stop { _ in .held(.seconds(30)) }
        #expect(end.calls == 0 && end.settled.isEmpty)
    }

    @Test func beginsNothingAndGivesTheLeaseBack() async throws {
        let end = try await stop { request in
            .admitted(Lease(id: request.id, key: request.key, attempt: 1, keepTime: request.keepTime))
        }
        #expect(end.calls == 0 && end.settled.map(\.ending) == [.givenBack])
    }
}
