import LinuxHost
import PrompterCore
import Testing

@testable import PrompterDaemon

struct RecorderTests {
    private let target = Target(provider: Provider(name: "openai", dialect: .stub), model: "m")

    private func entry(_ index: Int) -> RecordEntry {
        RecordEntry(
            .failure(
                FailedAttempt(target: target.id, time: Timestamp(milliseconds: Int64(index)), failureClass: .timeout)),
            of: target)
    }

    private func recorder(_ store: any VersionStore) -> Recorder {
        Recorder(store: store, clock: { Moment(wall: Timestamp(milliseconds: 0), uptime: Uptime(sinceStart: .zero)) })
    }

    @Test func everythingIsCommittedInOrderBeforeTheEnd() async {
        let store = ScriptedStore()
        let recorder = recorder(store)
        let running = Task { await recorder.run() }
        for index in 0..<2000 {
            recorder.submit(entry(index))
        }
        recorder.finish()
        await running.value
        var times: [Int64] = []
        for await outcome in recorder.outcomes {
            if case .committed(let commit) = outcome { times += commit.findings.map(\.entry.finding.time.milliseconds) }
        }
        #expect(times == Array(0..<2000))
        #expect(recorder.report.rows == 2000 && recorder.report.pending == 0 && recorder.leftover().isEmpty)
        #expect(recorder.report.commits < 200)
    }

    /// Whoever waits has the commit at once, with all that came before.
    @Test(arguments: [true, false]) func whatIsAwaitedIsNotGathered(byFlush: Bool) async {
        let recorder = Recorder(
            store: ScriptedStore(), gathering: .seconds(3600),
            clock: { Moment(wall: Timestamp(milliseconds: 0), uptime: Uptime(sinceStart: .zero)) })
        let running = Task { await recorder.run() }
        recorder.submit(entry(1))
        if byFlush {
            await recorder.flush()
        } else {
            var awaited = entry(2)
            awaited.isAwaited = true
            recorder.submit(awaited)
        }
        var outcomes = recorder.outcomes.makeAsyncIterator()
        if case .committed(let commit)? = await outcomes.next() {
            #expect(commit.findings.count == (byFlush ? 1 : 2))
        } else {
            Issue.record("nothing was committed")
        }
        recorder.submit(entry(3))
        recorder.finish()
        await running.value
        #expect(recorder.report.pending == 0 && recorder.leftover().isEmpty)
    }

    /// Whoever hears of the last findings may have more to keep, as that a model is not found.
    @Test func whatTheLastCommitMakesKnownIsKept() async throws {
        let store = ScriptedStore()
        let recorder = recorder(store)
        let (reads, read) = AsyncStream<Void>.makeStream()
        let reading = Task {
            for await outcome in recorder.outcomes {
                guard case .committed(let commit) = outcome, let finding = commit.findings.first else { continue }
                read.yield()
                guard finding.entry.finding.time == Timestamp(milliseconds: 2) else { continue }
                for _ in 0..<1000 { await Task.yield() }
                recorder.keep([
                    StandOff.Kept(
                        scope: .provider("p"), cause: .notFound, end: Timestamp(milliseconds: 9), repetitions: 1)
                ])
            }
        }
        let running = Task { await recorder.run() }
        recorder.submit(entry(1))
        for await _ in reads { break }
        recorder.submit(entry(2))
        recorder.finish()
        await running.value
        await reading.value
        #expect(await store.standOffs().map(\.cause) == [.notFound])
    }

    @Test func aFailingStoreLosesNothing() async {
        let recorder = recorder(ScriptedStore(failures: 2))
        recorder.submit(entry(1))
        let running = Task { await recorder.run() }
        var outcomes = recorder.outcomes.makeAsyncIterator()
        guard case .failing(let reason)? = await outcomes.next() else {
            Issue.record("it did not fail")
            return
        }
        #expect(reason == "the disk is full")
        guard case .restored? = await outcomes.next() else {
            Issue.record("it was not restored")
            return
        }
        guard case .committed(let commit)? = await outcomes.next() else {
            Issue.record("nothing was committed")
            return
        }
        #expect(commit.findings.count == 1 && recorder.report.errors == 2)
        recorder.finish()
        await running.value
    }

    /// Of what is said again the last word is written, in one transaction with the rest, and who waits for it goes on then.
    @Test func whatWaitsIsOneBatch() async throws {
        let store = ScriptedStore(failures: 1)
        let recorder = recorder(store)
        func standOff(_ repetitions: Int) -> StandOff.Kept {
            StandOff.Kept(
                scope: .provider("p"), cause: .quota, end: Timestamp(milliseconds: 1), repetitions: repetitions)
        }
        let event = Event(
            id: "e", target: target.id, kind: .first, signal: nil, value: "v", slot: 1, time: Timestamp(milliseconds: 0)
        )
        let delivery = Delivery(event: event, hook: [1], provider: "p", model: "m")
        recorder.submit(entry(1))
        recorder.keep([standOff(1)])
        recorder.keep([standOff(2)])
        for count in 1...2 {
            recorder.register(
                Watchlist(providers: [:], watches: [], targets: Array(repeating: target, count: count)))
        }
        let watches = ["t", "t", "u"].enumerated().map { index, template in
            Watch(
                key: Watch.Key(org: "o", workspace: "w", template: template, provider: "openai", model: "m"),
                target: Target(provider: target.provider, model: "m", systemInstructions: "\(index)"))
        }
        for watch in watches + watches.prefix(1) { recorder.bind(watch) }
        recorder.noteClockSetBack()
        async let settled: Void = recorder.settle(delivery, .delivered)
        let running = Task { await recorder.run() }
        await settled
        var batches = store.batches.makeAsyncIterator()
        var batch = try #require(await batches.next())
        // It may have been on its way to the queue still.
        if batch.deliveries.isEmpty {
            let rest = try #require(await batches.next())
            batch.deliveries = rest.deliveries
        }
        #expect(batch.findings.count == 1 && batch.isClockSetBack && batch.watchlist?.targets.count == 2)
        #expect(batch.standOffs == [standOff(2)])
        #expect(batch.asked.map(\.target.systemInstructions) == ["1", "2", "0"])
        #expect(batch.deliveries == [EndedDelivery(delivery, .delivered)])
        recorder.finish()
        await running.value
        // Nobody waits for one that has ended.
        await recorder.flush()
        await recorder.settle(delivery, .delivered)
    }

    /// Who is slow to take the outcomes has all findings in their order, and of the rest the last word.
    @Test func outcomesThatNobodyTakesAreOne() async throws {
        let recorder = recorder(ScriptedStore())
        let running = Task { await recorder.run() }
        for round in 1...4 {
            recorder.submit(entry(round))
            recorder.keep(
                ["p", "q-\(round % 2)"].map {
                    StandOff.Kept(
                        scope: .provider($0), cause: .quota, end: Timestamp(milliseconds: 1), repetitions: round)
                })
            recorder.register(
                Watchlist(providers: [:], watches: [], targets: Array(repeating: target, count: round)))
            if round == 2 { recorder.noteClockSetBack() }
            await recorder.flush()
        }
        recorder.finish()
        await running.value
        #expect(recorder.report.commits >= 4)
        var outcomes = recorder.outcomes.makeAsyncIterator()
        guard case .committed(let commit)? = await outcomes.next() else {
            Issue.record("nothing was committed")
            return
        }
        #expect(await outcomes.next() == nil)
        #expect(commit.findings.map(\.entry.finding.time.milliseconds) == [1, 2, 3, 4])
        let words = commit.standOffs.map { "\($0.scope.provider) \($0.repetitions)" }
        #expect(words.sorted() == ["p 4", "q-0 4", "q-1 3"])
        #expect(commit.watchlist?.targets.count == 4 && commit.isClockSetBack)
    }

    /// A second reason that nobody took yet does not hide that the store works again.
    @Test func whoWasToldOfAFailureIsToldOfItsEnd() async {
        let outcomes = RecorderOutcomes()
        outcomes.add(.failing("first"))
        guard case .failing("first")? = await outcomes.next() else {
            Issue.record("the failure is not told")
            return
        }
        outcomes.add(.failing("second"))
        outcomes.add(.restored)
        outcomes.finish()
        guard case .restored? = await outcomes.next() else {
            Issue.record("its end is not told")
            return
        }
        #expect(await outcomes.next() == nil)
    }

    /// However often the store fails and recovers meanwhile, no more waits than commits, a failure, and commits after it.
    @Test func outcomesThatNobodyTakesDoNotGrow() async {
        let outcomes = RecorderOutcomes()
        for index in 0..<100 {
            outcomes.add(.committed(Recorder.Commit(findings: [(entry(index), Recorded(isNews: true))])))
            outcomes.add(.failing("first"))
            outcomes.add(.restored)
        }
        outcomes.add(.failing("last"))
        guard case .committed(let commit)? = await outcomes.next(), case .failing("last")? = await outcomes.next()
        else {
            Issue.record("they are others")
            return
        }
        #expect(commit.findings.count == 100)
        // Who was told of the failure is told of its end.
        outcomes.add(.restored)
        outcomes.add(.committed(Recorder.Commit()))
        outcomes.finish()
        guard case .restored? = await outcomes.next(), case .committed? = await outcomes.next() else {
            Issue.record("they are others")
            return
        }
        #expect(await outcomes.next() == nil)
    }

    /// A disk can hang for minutes. What is in hand then counts as left, with what waits behind it, and nobody waits for it.
    @Test func aCommitThatHangsIsLeft() async {
        let store = HangingStore()
        let recorder = recorder(store)
        recorder.submit(entry(1))
        recorder.register(Watchlist(providers: [:], watches: [], targets: [target]))
        let running = Task { await recorder.run() }
        for await _ in store.begun { break }
        recorder.submit(entry(2))
        recorder.finish()
        let ended = Gate.after { await recorder.waitUntilEnded() }
        #expect(await !ended.wait(atMost: .milliseconds(1)))
        recorder.giveUp()
        #expect(await !ended.wait(atMost: .milliseconds(1)))
        #expect(recorder.leftover().map(\.finding.time.milliseconds) == [1, 2])
        #expect(recorder.waiting.findings.count == 2 && recorder.waiting.watchlist?.targets == [target])
        // Where it comes back after all, what was left is committed, too: an import finds that it is known.
        store.release.open()
        await running.value
        #expect(recorder.leftover().isEmpty && recorder.waiting.watchlist == nil)
    }

    @Test func aCommitThatHangsIsTold() async {
        let store = HangingStore()
        let recorder = Recorder(store: store, patience: .milliseconds(1)) {
            Moment(wall: Timestamp(milliseconds: 0), uptime: .start)
        }
        recorder.submit(entry(1))
        let running = Task { await recorder.run() }
        var outcomes = recorder.outcomes.makeAsyncIterator()
        guard case .failing(let reason)? = await outcomes.next() else {
            Issue.record("nothing was told")
            return
        }
        #expect(reason.hasPrefix("a commit has taken "))
        store.release.open()
        guard case .restored? = await outcomes.next(), case .committed(let commit)? = await outcomes.next() else {
            Issue.record("it is not told that it works")
            return
        }
        #expect(commit.findings.count == 1)
        recorder.finish()
        await running.value
    }

    @Test func whatCannotBeRecordedIsLeft() async {
        let recorder = recorder(ScriptedStore(failures: .max))
        recorder.submit(entry(7))
        let running = Task { await recorder.run() }
        var outcomes = recorder.outcomes.makeAsyncIterator()
        _ = await outcomes.next()
        recorder.finish()
        recorder.giveUp()
        await recorder.waitUntilEnded()
        await running.value
        #expect(recorder.leftover().map(\.finding.time.milliseconds) == [7])
    }
}
