import LinuxHost
import PrompterCore
import PrompterDaemon
import Testing

/// A limit that comes while the guard is being asked.
struct LateLimitTests {
    /// Tells of each turn, and goes on when it is told to.
    private struct Gate: Sendable {
        let arrivals: AsyncStream<Void>
        private let arrived: AsyncStream<Void>.Continuation
        private let passes: AsyncStream<Void>
        private let pass: AsyncStream<Void>.Continuation

        init() {
            (arrivals, arrived) = AsyncStream.makeStream()
            (passes, pass) = AsyncStream.makeStream()
        }

        func wait() async {
            arrived.yield()
            for await _ in passes { return }
        }

        func open() { pass.yield() }
    }

    private struct WaitingGuard: ProbeGuard {
        let gate = Gate()
        let inner = LocalGuard()

        func admit(_ requests: [LeaseRequest], at now: Moment) async -> [Admission] {
            await gate.wait()
            return inner.admit(requests, at: now)
        }

        func settle(_ outcomes: [LeaseOutcome], at now: Moment) async {
            inner.settle(outcomes, at: now)
        }
    }

    private struct RefusingProber: Prober {
        let gate = Gate()

        func probe(
            _ target: Target, timeout: Duration, onNewConnection: Bool
        ) async throws(ProbeFailure) -> ProbeAnswer {
            await gate.wait()
            throw ProbeFailure(.rateLimited, "slow down", retryAfter: .seconds(7), scope: .provider)
        }
    }

    @Test func whatWasAdmittedMeanwhileIsGivenBack() async throws {
        let now = Moment(wall: Timestamp(milliseconds: 1_790_000_000_000), uptime: Uptime(sinceStart: .seconds(1000)))
        let (probeGuard, prober) = (WaitingGuard(), RefusingProber())
        let recorder = Recorder(store: MemoryVersionStore(), clock: { now })
        let probers = Probers(stub: prober, live: prober)
        let runner = Runner(
            Runner.Parts(
                probeGuard: probeGuard, recorder: recorder, clock: { now },
                log: .silent, arm: { _ in }), probers: probers)
        let provider = Provider(name: "p", dialect: .openAICompatible, baseURL: "https://p")
        let targets = ["first", "second"].map { Target(provider: provider, model: $0) }
        var asked = probeGuard.gate.arrivals.makeAsyncIterator()
        var probed = prober.gate.arrivals.makeAsyncIterator()
        for count in 1...2 {
            await runner.replace(
                with: ScheduledWatchlist(
                    Watchlist(providers: ["p": provider], targets: Array(targets.prefix(count))), spread: .zero),
                probers: probers)
            await runner.tick()
            _ = await asked.next()
            if count == 1 {
                probeGuard.gate.open()
                _ = await probed.next()
            }
        }
        // The first is refused while the guard is being asked for the second, which would be too.
        for _ in targets { prober.gate.open() }
        while recorder.report.pending == 0 { await Task.yield() }
        probeGuard.gate.open()
        while await !runner.isIdle { await Task.yield() }
        var writer = ExpositionWriter(SeriesLabels(service: "s", environment: "e"), mostWatches: 10)
        let text = writer.text(of: await runner.view, DaemonState(start: now.wall)).bytes
        #expect(
            String(decoding: text, as: UTF8.self).contains(
                #"prompter_guard_answers_total{service="s",env="e",answer="admitted"} 2"#))
        let request = LeaseRequest(slot: targets[1].slot(at: now.wall), id: 7, timeout: .seconds(10), at: now.wall)
        guard case .admitted(let lease) = probeGuard.inner.admit([request], at: now)[0] else {
            Issue.record("it was called, or its lease was not given back")
            return
        }
        #expect(lease.attempt == 1)
    }
}
