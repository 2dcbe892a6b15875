import PrompterCore
import Testing

@testable import RedisGuarding

struct GuardQueueTests {
    private let now = Moment(wall: Timestamp(milliseconds: 0), uptime: Uptime(sinceStart: .seconds(50)))
    private let local = LocalGuard()

    /// A job of `count` requests, with the task that waits for its answers.
    private func job(_ count: Int) async throws -> (GuardJob, Task<[Admission], Never>) {
        let target = try #require(TargetID(0..<32))
        let slot = Slot(target: target, interval: .seconds(60), number: 1)
        let request = LeaseRequest(
            LeaseKey(slot), form: .probe, id: 1, leaseTime: .seconds(1), keepTime: .seconds(1))
        let requests = Array(repeating: PendingRequest(request, attempt: 1, now: now), count: count)
        let (jobs, made) = AsyncStream<GuardJob>.makeStream()
        let answers = Task { await withCheckedContinuation { made.yield(.admit(requests, $0)) } }
        return (try #require(await jobs.first { _ in true }), answers)
    }

    /// A queue whose thread has connected.
    private func openQueue() -> GuardQueue {
        var queue = GuardQueue(at: now)
        check(name(of: queue.next()) == "connect")
        _ = queue.beginConnecting()
        queue.open()
        return queue
    }

    private func name(of order: GuardQueue.Order?) -> String {
        switch order {
        case .connect: "connect"
        case .serve(let jobs): "serve \(jobs.map(\.count))"
        case .end: "end"
        case nil: "nothing"
        }
    }

    /// What `#expect` does, which takes no call that changes a value.
    private func check(_ isSo: Bool, _ location: SourceLocation = #_sourceLocation) {
        #expect(isSo, sourceLocation: location)
    }

    private func resolve(_ jobs: [(GuardJob, Task<[Admission], Never>)]) async {
        for (job, answers) in jobs {
            job.resolve(by: local)
            #expect(await answers.value.count == job.count)
        }
    }

    @Test func isBounded() async throws {
        var queue = openQueue()
        let jobs = [try await job(99_999), try await job(2), try await job(1), try await job(1)]
        let taken = jobs.map { queue.take($0.0, at: now) }
        #expect(taken == [true, false, true, false])
        check(name(of: queue.next()) == "serve [99999]")
        check(queue.take(jobs[1].0, at: now))
        check(name(of: queue.next()) == "serve [1, 2]")
        check(name(of: queue.next()) == "nothing")
        await resolve(jobs)
    }

    @Test func servesSomeTogether() async throws {
        var queue = openQueue()
        let jobs = [try await job(1000), try await job(23), try await job(500), try await job(1)]
        for job in jobs { check(queue.take(job.0, at: now)) }
        check(name(of: queue.next()) == "serve [1000, 23, 500]")
        check(name(of: queue.next()) == "serve [1]")
        await resolve(jobs)
    }

    @Test func servesWhatWaitsBeforeItsEnd() async throws {
        var queue = openQueue()
        let jobs = [try await job(1), try await job(2)]
        check(queue.take(jobs[0].0, at: now))
        queue.end()
        check(!queue.take(jobs[1].0, at: now))
        let ended = queue.takeEnded()
        #expect(ended.isEmpty)
        check(name(of: queue.next()) == "serve [1]")
        check(name(of: queue.next()) == "end")
        await resolve(jobs)
    }

    @Test func takesBackOnceASecond() async throws {
        var queue = openQueue()
        let jobs = [try await job(1), try await job(2)]
        for job in jobs { check(queue.take(job.0, at: now)) }
        guard case .serve(let unserved) = queue.next() else { throw CancellationError() }
        check(!queue.takeBack(unserved, at: now.advanced(by: .milliseconds(999))))
        check(queue.takeBack(unserved, at: now.advanced(by: .seconds(1))))
        check(name(of: queue.next()) == "connect")
        check(name(of: queue.next()) == "serve [1, 2]")
        check(!queue.takeBack(unserved, at: now.advanced(by: .milliseconds(1999))))
        await resolve(jobs)
    }

    @Test func connectsOnlyWhenItIsUsed() async throws {
        var queue = openQueue()
        let jobs = [try await job(1)]
        let later = now.advanced(by: .seconds(1))
        let turnedAway = queue.close(at: now)
        #expect(turnedAway.isEmpty)
        check(name(of: queue.next()) == "nothing")
        check(!queue.take(jobs[0].0, at: now.advanced(by: .milliseconds(999))))
        check(name(of: queue.next()) == "nothing")
        check(!queue.take(jobs[0].0, at: later))
        check(!queue.take(jobs[0].0, at: later.advanced(by: .seconds(9))))
        check(name(of: queue.next()) == "connect")
        check(name(of: queue.next()) == "nothing")
        queue.end()
        check(!queue.take(jobs[0].0, at: later.advanced(by: .seconds(99))))
        check(name(of: queue.next()) == "end")
        await resolve(jobs)
    }

    @Test func keepsNobodyWaitingForAConnection() async throws {
        var queue = GuardQueue(at: now)
        _ = queue.next()
        let begun = queue.beginConnecting()
        let first = try #require(begun)
        let jobs = [try await job(1), try await job(1)]
        check(queue.take(jobs[0].0, at: now))
        let wrong = queue.stopAwaiting(first - 1, at: now)
        #expect(wrong == nil)
        let waiting = queue.stopAwaiting(first, at: now)
        #expect(waiting?.count == 1)
        check(!queue.take(jobs[1].0, at: now))
        // In the end it is made after all, and then it is too late to give it up.
        queue.open()
        let late = queue.stopAwaiting(first, at: now)
        #expect(late == nil)
        check(queue.take(jobs[1].0, at: now))
        let turnedAway = queue.close(at: now)
        #expect(turnedAway.count == 1)
        // Nobody waits for an attempt that begins while Redis is away.
        let second = queue.beginConnecting()
        #expect(second == nil)
        await resolve(jobs)
    }

    @Test func keepsNoEndWaitingForAConnection() async {
        var queue = GuardQueue(at: now)
        _ = queue.next()
        let number = queue.beginConnecting()
        let (continuations, made) = AsyncStream<CheckedContinuation<Void, Never>>.makeStream()
        let end = Task { await withCheckedContinuation { made.yield($0) } }
        for await continuation in continuations {
            queue.awaitEnd(continuation)
            break
        }
        queue.end()
        var waiting = queue.takeEnded()
        #expect(waiting.isEmpty)
        _ = queue.stopAwaiting(number ?? 0, at: now)
        waiting = queue.takeEnded()
        #expect(waiting.count == 1)
        for continuation in waiting { continuation.resume() }
        await end.value
    }
}
