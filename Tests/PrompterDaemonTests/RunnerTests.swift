import LinuxHost
import Logging
import PrompterCore
import PrompterDaemon
import Testing

/// The runner with a clock of the test's own: nothing here waits for time to pass.
struct RunnerTests {
    /// A runner, its clock and what it leaves.
    private final class Rig: Sendable {
        let box: ClockBox
        let arms = ArmBox()
        let recorder: Recorder
        let runner: Runner
        let probeGuard = LocalGuard()
        let probers: Probers

        init(
            _ prober: any Prober, start: Timestamp, capacity: Int = 100, mayCall: Bool = true,
            log: Log = .silent
        ) {
            let clock = ClockBox(Moment(wall: start, uptime: Uptime(sinceStart: .seconds(1000))))
            box = clock
            recorder = Recorder(store: MemoryVersionStore(), clock: { clock.now })
            probers = Probers(stub: prober, live: prober)
            let armed = arms
            runner = Runner(
                Runner.Parts(
                    probeGuard: probeGuard, recorder: recorder, clock: { clock.now }, log: log,
                    arm: { armed.time = $0 }),
                Scheduler(mayCall: mayCall, storeCapacity: capacity), probers: probers)
        }

        func advance(to wall: Timestamp) {
            box.advance(to: wall)
        }

        func put(_ targets: [Target], memory: [TargetID: TargetMemory] = [:]) async {
            let watches = targets.map { target in
                Watch(
                    key: Watch.Key(
                        org: "o", workspace: "w", template: target.model, provider: target.provider.name,
                        model: target.model), target: target)
            }
            let providers = Dictionary(targets.map { ($0.provider.name, $0.provider) }) { first, _ in first }
            await runner.replace(
                with: ScheduledWatchlist(
                    Watchlist(providers: providers, watches: watches, targets: targets), memory: memory, spread: .zero),
                probers: probers)
        }

        func text() async -> String {
            guard let snapshot = await runner.snapshot(isForced: true) else { return "" }
            var writer = ExpositionWriter(SeriesLabels(service: "s", environment: "e"), mostWatches: 10)
            return String(decoding: writer.text(of: snapshot, DaemonState(start: box.now.wall)).bytes, as: UTF8.self)
        }
    }

    final class ClockBox: Sendable {
        private let moment: Locked<Moment>
        init(_ moment: Moment) { self.moment = Locked(moment) }
        var now: Moment { moment.withLock { $0 } }
        func advance(to wall: Timestamp) {
            moment.withLock { $0 = $0.advanced(by: wall - $0.wall) }
        }
        func setWall(to wall: Timestamp) {
            moment.withLock { $0.wall = wall }
        }
    }

    final class ArmBox: Sendable {
        private let value = Locked<Timestamp?>(nil)
        var time: Timestamp? {
            get { value.withLock { $0 } }
            set { value.withLock { $0 = newValue } }
        }
    }

    private func answer(_ model: String = "m-1") throws -> Result<ProbeAnswer, ProbeFailure> {
        .success(
            ProbeAnswer(version: try #require(VersionIdentity(resolvedModel: model, fingerprint: nil)), latency: .zero))
    }

    private func target(_ model: String = "m", concurrency: Int = 4, probe: ProbeKind? = nil) -> Target {
        Target(
            provider: Provider(
                name: "p", dialect: .openAICompatible, baseURL: "https://x", probe: probe, concurrency: concurrency),
            model: model, interval: .seconds(600), timeout: .seconds(10))
    }

    private func start(of target: Target) -> Timestamp {
        target.slot(at: Timestamp(milliseconds: 1_790_000_000_000)).begin
    }

    /// What is left after a round that has seen to `target`, with success.
    private func roundOf(_ target: Target) async throws -> Rig {
        let rig = Rig(ScriptedProber([try answer()]), start: start(of: target))
        await rig.put([target])
        await rig.runner.beginRound()
        await rig.runner.finishRound()
        return rig
    }

    @Test func aSlotIsProbedOnceAndTheNextIsArmed() async throws {
        let target = target()
        let rig = try await roundOf(target)
        #expect(rig.recorder.report.pending == 1)
        await rig.runner.tick()
        _ = await rig.runner.snapshot(isForced: true)
        #expect(rig.arms.time == target.slot(at: rig.box.now.wall).end)
        #expect(rig.recorder.report.pending == 1)
    }

    /// The timer waits for the minute's pulse where the clock was set back; what is shown by then goes back, too.
    @Test func aClockSetBackTakesSlotsAndMemoriesBack() async throws {
        let target = target()
        let rig = try await roundOf(target)
        let now = rig.box.now.wall
        let ahead = TargetMemory(lastAttempt: now, lastSuccess: now)
        rig.box.setWall(to: now - target.interval)
        await rig.runner.pulse()
        #expect(!rig.recorder.waiting.isClockSetBack)
        rig.box.setWall(to: now)
        await rig.runner.pulse()
        await rig.runner.restore([target.id: ahead], of: [target.id])
        #expect(await rig.runner.targetsAhead == [])
        let back = now - target.interval - .seconds(1)
        rig.box.setWall(to: back)
        await rig.runner.pulse()
        #expect(
            rig.recorder.waiting.isClockSetBack && rig.arms.time.map { $0 <= back + Timetable.longestSpread } == true)
        #expect(await rig.runner.targetsAhead == [target.id])
        let known = TargetMemory(lastAttempt: back - .seconds(60), lastSuccess: back - .seconds(60))
        await rig.runner.restore([target.id: known], of: [target.id])
        #expect(await rig.runner.view.memories[target.id] == known)
        await rig.runner.restore([:], of: [target.id])
        #expect(await rig.runner.view.memories[target.id] == TargetMemory())
        #expect(await rig.runner.targetsAhead == [])
    }

    /// One that is long may last into the next slots of those that it has seen to.
    @Test func aRoundSeesToNoSecondSlot() async throws {
        let target = target()
        let rig = try await roundOf(target)
        rig.advance(to: target.slot(at: rig.box.now.wall).end)
        await rig.runner.tick()
        await rig.runner.finishRound()
        #expect(rig.recorder.report.pending == 1)
    }

    @Test func aFailureIsTriedThreeTimesInItsSlot() async throws {
        let target = target()
        let prober = ScriptedProber([.failure(ProbeFailure(.timeout, "slow"))])
        let rig = Rig(prober, start: start(of: target))
        await rig.put([target])
        var probes = prober.probes.makeAsyncIterator()
        for attempt in 1...3 {
            await rig.runner.tick()
            _ = await probes.next()
            await rig.runner.finishRound()
            _ = await rig.runner.snapshot(isForced: true)
            let next = try #require(rig.arms.time)
            if attempt < 3 {
                #expect(next == rig.box.now.wall + (attempt == 1 ? .seconds(15) : .seconds(60)))
                rig.advance(to: next)
            } else {
                #expect(next == target.slot(at: rig.box.now.wall).end)
            }
        }
        let text = await rig.text()
        #expect(text.contains(#"prompter_probe_failures_total{service="s",env="e",provider="p",model="m"} 3"#))
        #expect(
            text.contains(
                #"prompter_probe_failures_by_class_total{service="s",env="e",provider="p",class="timeout"} 3"#))
    }

    /// The recorder is never run here, as if the store took nothing.
    @Test func aFailureIsNewsOnceAlsoWhileNothingIsRecorded() async throws {
        let target = target()
        let (timeout, connection) = (ProbeFailure(.timeout, "slow"), ProbeFailure(.connection, "gone"))
        let prober = ScriptedProber([
            .failure(timeout), .failure(timeout), .failure(connection), try answer(), .failure(connection),
            .failure(connection),
        ])
        let lines = LineBox()
        let rig = Rig(prober, start: start(of: target), log: lines.log)
        await rig.put([target])
        for _ in 0..<6 {
            await rig.runner.beginRound()
            await rig.runner.finishRound()
            rig.advance(to: target.slot(at: rig.box.now.wall).end)
        }
        #expect(rig.recorder.report.pending == 6)
        #expect(
            lines.lines == [
                "warning p m: timeout: slow", "debug p m: timeout: slow", "warning p m: connection: gone",
                "warning p m: connection: gone", "debug p m: connection: gone",
            ])
    }

    /// The completion is a success all the same; what the lookup alone shows is not watched meanwhile.
    @Test func aLookupThatFailsIsToldOnceAndCounted() async throws {
        let target = target(probe: .both)
        let good = try answer().get()
        var bad = good
        bad.lookupFailure = ProbeFailure(.address, "status 404")
        let lines = LineBox()
        let rig = Rig(
            ScriptedProber([.success(good), .success(bad), .success(bad), .success(good), .success(good)]),
            start: start(of: target), log: lines.log)
        await rig.put([target])
        func count(_ number: Int) -> String {
            "prompter_lookup_failures_total{service=\"s\",env=\"e\",provider=\"p\",model=\"m\",reason=\"address\"} \(number)\n"
        }
        #expect(await rig.text().contains(count(0)))
        for _ in 0..<5 {
            await rig.runner.beginRound()
            await rig.runner.finishRound()
            rig.advance(to: target.slot(at: rig.box.now.wall).end)
        }
        let text = await rig.text()
        #expect(text.contains(count(2)) && text.contains("# TYPE prompter_lookup_failures_total counter\n"))
        #expect(
            lines.lines == [
                "warning p m: answers, but its lookup fails: address: status 404",
                "debug p m: answers, but its lookup fails: address: status 404",
                "notice p m: its lookup works again (was address)",
            ])
    }

    /// Keeps what is logged.
    private final class LineBox: Sendable {
        private struct Handler: LogHandler {
            let box: LineBox
            var metadata: Logger.Metadata = [:]
            var logLevel = Logger.Level.trace

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) {
                box.kept.withLock { $0.append("\(event.level) \(event.message)") }
            }
        }

        private let kept = Locked<[String]>([])
        var log: Log { Log(Logger(label: "test") { _ in Handler(box: self) }) }
        var lines: [String] { kept.withLock { $0 } }
    }

    @Test func aFailureThatForbidsARetryEndsTheSlot() async throws {
        let target = target()
        let rig = Rig(ScriptedProber([.failure(ProbeFailure(.auth, "no"))]), start: start(of: target))
        await rig.put([target])
        await rig.runner.beginRound()
        await rig.runner.finishRound()
        _ = await rig.runner.snapshot(isForced: true)
        #expect(rig.arms.time == target.slot(at: rig.box.now.wall).end)
    }

    @Test func retryAfterBeyondTheSlotEndsIt() async throws {
        let target = target()
        let failure = ProbeFailure(.rateLimited, "slow down", retryAfter: .seconds(3000))
        let rig = Rig(ScriptedProber([.failure(failure), try answer()]), start: start(of: target))
        await rig.put([target])
        var tick = 0
        while tick < 1 {
            await rig.runner.tick()
            await rig.runner.finishRound()
            tick += 1
        }
        _ = await rig.runner.snapshot(isForced: true)
        #expect(rig.arms.time == target.slot(at: rig.box.now.wall).end)
    }

    /// The places of findings that are committed go to those that wait: a store that is slow costs no slot.
    @Test func aSlowStoreDelaysARoundAndSkipsNothing() async throws {
        let targets = (0..<5).map { target("m-\($0)") }
        let rig = Rig(ScriptedProber([try answer()]), start: Timestamp(milliseconds: 1_790_000_000_000), capacity: 2)
        await rig.put(targets)
        await rig.runner.beginRound()
        var recorded = 0
        while recorded < 5 {
            while await !rig.runner.isIdle { await Task.yield() }
            let entries = rig.recorder.leftover()
            #expect(entries.count <= recorded + 2)
            let batch = entries[recorded...].map { (entry: $0, recorded: Recorded(isNews: true)) }
            #expect(!batch.isEmpty)
            recorded += batch.count
            await rig.runner.recorded(.committed(Recorder.Commit(findings: batch)))
        }
        await rig.runner.finishRound()
        #expect(await rig.runner.failedTargets == 0)
        #expect(await rig.text().contains(#"provider="p",reason="store"} 0"#))
    }

    /// It would wait for ever, so it ends without success.
    @Test func aFailingStoreEndsARound() async throws {
        let targets = (0..<5).map { target("m-\($0)") }
        let rig = Rig(ScriptedProber([try answer()]), start: Timestamp(milliseconds: 1_790_000_000_000), capacity: 2)
        await rig.put(targets)
        await rig.runner.beginRound()
        while await !rig.runner.isIdle { await Task.yield() }
        await rig.runner.recorded(.failing("disk full"))
        await rig.runner.finishRound()
        #expect(rig.recorder.report.pending == 2)
        #expect(await rig.runner.failedTargets == 3)
        #expect(await rig.text().contains(#"provider="p",reason="store"} 3"#))
    }

    @Test func whoMayNotCallCallsNobodyAndSkipsAtTheSlotsEnd() async throws {
        let target = target()
        let prober = ScriptedProber([try answer()])
        let rig = Rig(prober, start: start(of: target), mayCall: false)
        await rig.put([target])
        for _ in 0..<4 {
            await rig.runner.beginRound()
            await rig.runner.finishRound()
            _ = await rig.runner.snapshot(isForced: true)
            rig.advance(to: try #require(rig.arms.time))
        }
        #expect(rig.recorder.report.pending == 0)
        let text = await rig.text()
        #expect(text.contains(#"reason="disabled"} 1"#))
        #expect(text.contains(#"prompter_probe_attempts_total{service="s",env="e",provider="p",model="m"} 0"#))
    }

    @Test func whatAnotherObservedIsImported() async throws {
        let target = target()
        let rig = Rig(ScriptedProber([try answer()]), start: start(of: target), mayCall: false)
        let slot = target.slot(at: rig.box.now.wall)
        let request = LeaseRequest(slot: slot, id: 77, timeout: .seconds(10), at: rig.box.now.wall)
        guard case .admitted(let lease) = rig.probeGuard.admit([request], at: rig.box.now)[0] else {
            Issue.record("not admitted")
            return
        }
        let version = try #require(VersionIdentity(resolvedModel: "theirs", fingerprint: nil))
        let observation = Observation(
            id: 77, target: target.id, slot: slot.number, time: rig.box.now.wall, version: version)
        rig.probeGuard.settle([LeaseOutcome(lease, .observed(observation))], at: rig.box.now)
        // Its own attempt failed after that.
        let failed = TargetMemory(
            lastAttempt: rig.box.now.wall + .seconds(9), trouble: Trouble(failure: .timeout, failures: 1))
        rig.advance(to: rig.box.now.wall + .seconds(10))
        await rig.put([target], memory: [target.id: failed])
        #expect(await rig.runner.failedTargets == 1)
        await rig.runner.beginRound()
        await rig.runner.finishRound()
        let leftover = rig.recorder.leftover().map(\.finding)
        #expect(leftover == [.observation(observation, imported: true)])
        #expect(await rig.runner.failedTargets == 0)
    }

    @Test func aStopGivesBackWhatItBreaksOff() async throws {
        let target = target()
        let prober = ScriptedProber([nil])
        let rig = Rig(prober, start: start(of: target))
        await rig.put([target])
        await rig.runner.tick()
        var probes = prober.probes.makeAsyncIterator()
        _ = await probes.next()
        await rig.runner.stop(within: .zero)
        let request = LeaseRequest(
            slot: target.slot(at: rig.box.now.wall), id: 1, timeout: .seconds(10), at: rig.box.now.wall)
        guard case .admitted(let lease) = rig.probeGuard.admit([request], at: rig.box.now)[0] else {
            Issue.record("the lease was not given back")
            return
        }
        #expect(lease.attempt == 1)
        #expect(rig.recorder.report.pending == 0)
    }

    @Test func aHungProviderStarvesNobody() async throws {
        let hung = Target(
            provider: Provider(name: "hung", dialect: .openAICompatible, baseURL: "https://h", concurrency: 1),
            model: "m", interval: .seconds(600), timeout: .seconds(10))
        let prober = ProviderSwitch(hung: "hung", answer: try answer().get())
        let rig = Rig(prober, start: start(of: hung))
        let well = (0..<20).map { target("w-\($0)", concurrency: 2) }
        await rig.put([hung] + well)
        await rig.runner.tick()
        var answered = prober.answered.makeAsyncIterator()
        for _ in 0..<20 { _ = await answered.next() }
        await rig.runner.stop(within: .zero)
        #expect(rig.recorder.report.pending == 20)
    }

    /// Hangs for one provider and answers for the others.
    private final class ProviderSwitch: Prober {
        let answered: AsyncStream<Void>
        private let told: AsyncStream<Void>.Continuation
        private let hung: String
        private let answer: ProbeAnswer

        init(hung: String, answer: ProbeAnswer) {
            self.hung = hung
            self.answer = answer
            (answered, told) = AsyncStream.makeStream()
        }

        func probe(
            _ target: Target, timeout: Duration, onNewConnection: Bool
        ) async throws(ProbeFailure) -> ProbeAnswer {
            if target.provider.name == hung {
                for await _ in AsyncStream<Never>.makeStream().stream {}
                throw ProbeFailure(.timeout, "broken off")
            }
            told.yield()
            return answer
        }
    }

    @Test func theWatchdogIsFedOnlyWhileWhatIsDueHappens() async throws {
        let target = target()
        let prober = ScriptedProber([nil])
        let rig = Rig(prober, start: start(of: target))
        await rig.put([target])
        #expect(await rig.runner.isHealthy)
        rig.advance(to: rig.box.now.wall + .seconds(31))
        #expect(await !rig.runner.isHealthy)
        await rig.runner.tick()
        var probes = prober.probes.makeAsyncIterator()
        _ = await probes.next()
        #expect(await rig.runner.isHealthy)
        // Its deadline and the patience beyond it.
        rig.advance(to: rig.box.now.wall + .seconds(39))
        #expect(await rig.runner.isHealthy)
        rig.advance(to: rig.box.now.wall + .seconds(2))
        #expect(await !rig.runner.isHealthy)
        await rig.runner.stop(within: .zero)
    }
}
