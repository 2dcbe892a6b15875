import PrompterCore
import Testing

@testable import PrompterDaemon

struct LifeCycleTests {
    /// What the service manager hears of `steps`.
    private func heard(_ steps: (LifeCycle) -> Void) -> [LifeCycle.Notice] {
        let told = Locked<[LifeCycle.Notice]>([])
        steps(LifeCycle { notice in told.withLock { $0.append(notice) } })
        return told.withLock { $0 }
    }

    @Test func tellsEachStep() {
        let told = heard { life in
            life.started()
            life.reloadBegan()
            life.reloadEnded()
            life.stop()
        }
        #expect(told == [.ready, .reloading, .ready, .stopping])
    }

    @Test func nothingFollowsTheStop() {
        let told = heard { life in
            life.started()
            life.reloadBegan()
            #expect(life.stop())
            life.reloadEnded()
            life.started()
            life.reloadBegan()
            #expect(!life.stop())
        }
        #expect(told == [.ready, .reloading, .stopping])
    }

    @Test func aReloadThatChangedNothingIsNotTold() {
        #expect(heard { $0.reloadEnded() }.isEmpty)
    }

    @Test func aReloadIsTakenOnceHoweverOftenItIsAskedFor() async {
        let requests = ReloadRequests()
        for _ in 0..<3 { requests.noticeEdit() }
        requests.ask()
        var arrivals = requests.arrivals.makeAsyncIterator()
        await arrivals.next()
        #expect(!requests.take().isEmpty)
        requests.noticeEdit()
        await arrivals.next()
        #expect(requests.take().isEmpty)
    }

    @Test func whoWaitsForAGateGoesOnWhenItOpens() async {
        let gate = Gate()
        #expect(await !gate.wait(atMost: .zero))
        async let waits: Void = gate.wait()
        gate.open()
        await waits
        #expect(await gate.wait(atMost: .zero))
    }
}
