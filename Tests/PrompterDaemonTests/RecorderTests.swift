import LinuxHost
import PrompterCore
import PrompterDaemon
import Testing

struct RecorderTests {
    private let target = Target(provider: Provider(name: "openai", dialect: .stub), model: "m")

    private func entry(_ index: Int) -> RecordEntry {
        RecordEntry(
            .failure(
                FailedAttempt(target: target.id, time: Timestamp(milliseconds: Int64(index)), failureClass: .timeout)),
            of: target)
    }

    private func recorder(_ store: any VersionStore) -> Recorder {
        Recorder(store: store, clock: { Moment(wall: Timestamp(milliseconds: 0), uptime: .zero) })
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
            if case .committed(let batch) = outcome { times += batch.map(\.entry.finding.time.milliseconds) }
        }
        #expect(times == Array(0..<2000))
        #expect(recorder.report.rows == 2000 && recorder.report.pending == 0 && recorder.leftover().isEmpty)
        #expect(recorder.report.commits < 200)
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
        guard case .committed(let batch)? = await outcomes.next() else {
            Issue.record("nothing was committed")
            return
        }
        #expect(batch.count == 1 && recorder.report.errors == 2)
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
