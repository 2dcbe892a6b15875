import Logging
import PrompterCore
import PrompterDaemon
import Testing

/// A stop while the guard is being asked.
@Suite(.timeLimit(.minutes(10))) struct StopTests {
    /// A guard that answers when it is told to, and notes what is settled.
    private actor SlowGuard: ProbeGuard {
        nonisolated let questions: AsyncStream<[Claim]>
        private nonisolated let asked: AsyncStream<[Claim]>.Continuation
        private var waiting: CheckedContinuation<[Admission], Never>?
        private(set) var settled: [Settlement] = []

        init() {
            (questions, asked) = AsyncStream.makeStream()
        }

        func admit(_ claims: [Claim], at now: Moment) async -> [Admission] {
            await withCheckedContinuation {
                waiting = $0
                asked.yield(claims)
            }
        }

        func settle(_ settlements: [Settlement], at now: Moment) { settled += settlements }

        func answer(_ admissions: [Admission]) {
            waiting?.resume(returning: admissions)
            waiting = nil
        }
    }

    private let now = Moment(wall: Timestamp(milliseconds: 1_790_000_000_000), uptime: .seconds(1000))
    private let target = Target(
        provider: Provider(name: "p", dialect: .openAICompatible, baseURL: "https://x"), model: "m",
        interval: .seconds(600), timeout: .seconds(10))

    /// Stops a pipeline in the middle of its question, which is then answered.
    private func stop(answering answer: (Claim) -> Admission) async throws -> (calls: Int, settled: [Settlement]) {
        let probeGuard = SlowGuard()
        let prober = ScriptedProber([.failure(ProbeFailure(.timeout, "never called"))])
        let probers = Probers(stub: prober, live: prober)
        let now = self.now
        let (disarmed, arms) = AsyncStream<Void>.makeStream()
        let pipeline = Pipeline(
            Pipeline.Parts(
                probeGuard: probeGuard, recorder: Recorder(store: MemoryVersionStore(), clock: { now }),
                clock: { now }, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                arm: { if $0 == nil { arms.yield() } }),
            probers: probers)
        await pipeline.replace(
            with: Watchlist(providers: ["p": target.provider], watches: [], targets: [target]), probers: probers,
            workers: nil, memory: [:], spread: .zero)
        await pipeline.tick()
        var questions = probeGuard.questions.makeAsyncIterator()
        let claim = try #require(await questions.next()?.first)
        async let stopped: Void = pipeline.stop(within: .seconds(60))
        // The first thing that a stop does.
        for await _ in disarmed { break }
        #expect(await pipeline.isStopping)
        await probeGuard.answer([answer(claim)])
        await stopped
        #expect(await pipeline.isIdle)
        return (await pipeline.view.load.inFlight, await probeGuard.settled)
    }

    @Test func endsWhereTheSlotIsHeld() async throws {
        let end = try await stop { _ in .held(.seconds(30)) }
        #expect(end.calls == 0 && end.settled.isEmpty)
    }

    @Test func beginsNothingAndGivesTheLeaseBack() async throws {
        let end = try await stop { claim in
            .admitted(Lease(id: claim.id, slot: claim.slot, attempt: 1, keepTime: claim.keepTime))
        }
        #expect(end.calls == 0 && end.settled.map(\.ending) == [.givenBack])
    }
}
