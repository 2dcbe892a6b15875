import Dispatch
import Glibc
import PrompterCore

/// The one thread on which the guard talks to Redis, hiredis being blocking.
///
/// While Redis is not usable it does nothing but try to connect, at most once a second and only when the guard is used.
final class GuardThread: Sendable {
    let changes: AsyncStream<RedisReport>
    private let changed: AsyncStream<RedisReport>.Continuation
    private let queue: Locked<GuardQueue>
    private let wake = DispatchSemaphore(value: 0)
    private let local: LocalGuard
    private let url: RedisURL
    private let prefix: String
    private let timeout: Duration
    private let clock: @Sendable () -> Moment

    /// Starts the thread, which connects.
    init(
        url: RedisURL, prefix: String, timeout: Duration, local: LocalGuard, clock: @escaping @Sendable () -> Moment
    ) {
        (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(16))
        queue = Locked(GuardQueue(at: clock()))
        self.local = local
        self.url = url
        self.prefix = prefix
        self.timeout = timeout
        self.clock = clock
        start()
    }

    var report: RedisReport {
        queue.withLock { $0.report }
    }

    /// Has `job` served, or answers it at once by the in-process guard.
    func submit(_ job: GuardJob) {
        let now = clock()
        let isTaken = withQueue { $0.take(job, at: now) }
        if !isTaken { job.resolve(by: local) }
    }

    /// Ends the thread once it has served what waits.
    func end() {
        withQueue { $0.end() }
    }

    /// Waits until the thread has ended.
    func ended() async {
        await withCheckedContinuation { continuation in
            queue.withLock { $0.awaitEnd(continuation) }
            resumeEnded()
        }
    }

    /// Changes the queue and wakes the thread if it sleeps.
    private func withQueue<Result: Sendable>(_ change: (inout GuardQueue) -> Result) -> Result {
        let (result, wasAsleep) = queue.withLock { queue in
            let result = change(&queue)
            defer { queue.isAsleep = false }
            return (result, queue.isAsleep)
        }
        if wasAsleep { wake.signal() }
        return result
    }

    private func start() {
        var thread = pthread_t()
        // The retain goes with the pointer to the new thread, which takes it over as its first act.
        let this = Unmanaged.passRetained(self)
        let status = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<GuardThread>.fromOpaque(pointer).takeRetainedValue().run()
                return nil
            }, this.toOpaque())
        guard status == 0 else {
            this.release()
            end()
            leave(because: RedisError(.connect, "no thread could be started: \(String(cString: strerror(status)))"))
            finish()
            return
        }
        pthread_detach(thread)
    }

    private func run() {
        // hiredis 0.14 writes with write(2), which raises SIGPIPE in the writing thread.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)

        var client: RedisSlotClient?
        while true {
            switch next() {
            case .connect: client = connect()
            case .serve(let jobs): serve(jobs, over: &client)
            case .end: return finish()
            }
        }
    }

    private func next() -> GuardQueue.Order {
        while true {
            let order = queue.withLock { queue in
                let order = queue.next()
                queue.isAsleep = order == nil
                return order
            }
            if let order { return order }
            wake.wait()
        }
    }

    private func serve(_ jobs: [GuardJob], over client: inout RedisSlotClient?) {
        var requests: [PendingRequest] = []
        var outcomes: [LeaseOutcome] = []
        for job in jobs {
            switch job {
            case .admit(let more, _): requests += more
            case .settle(let more, _): outcomes += more
            }
        }
        var failure: RedisError?
        do throws(RedisError) {
            try client?.run(&requests, outcomes)
        } catch {
            client = nil
            failure = error
        }
        var rest = requests[...]
        let served = jobs.map { job in
            guard case .admit(let asked, let continuation) = job else { return job }
            defer { rest = rest.dropFirst(asked.count) }
            return .admit(Array(rest.prefix(asked.count)), continuation)
        }
        if let failure {
            let now = clock()
            // A connection that Redis closed, perhaps for being idle, is worth a second one at once.
            if failure.kind == .connect, queue.withLock({ $0.takeBack(served, at: now) }) { return count(failure) }
            leave(because: failure)
        }
        for job in served { job.resolve(by: local) }
    }

    /// - Returns: `nil` where Redis is not usable.
    private func connect() -> RedisSlotClient? {
        if let number = queue.withLock({ $0.beginConnecting() }) { limitWait(for: number) }
        do throws(RedisError) {
            let client = try RedisSlotClient(
                url: url, prefix: prefix, timeout: timeout, local: local, report: { self.count($0) })
            // Opened first: a outcome that came before is in the in-process guard by now, one that comes after is queued.
            queue.withLock { $0.open() }
            var none: [PendingRequest] = []
            try client.run(&none, local.results(at: clock()))
            announce(isUp: true)
            return client
        } catch {
            leave(because: error)
            return nil
        }
    }

    /// The attempt to connect may last longer than its timeouts, since hiredis resolves names without one: whoever waits for
    /// it waits no longer than for the connection and its first answer.
    private func limitWait(for number: Int) {
        let limit = DispatchTimeInterval.milliseconds(Int(timeout.milliseconds) * 2)
        DispatchQueue.global().asyncAfter(deadline: .now() + limit) { @Sendable in
            self.stopAwaiting(number)
        }
    }

    private func stopAwaiting(_ number: Int) {
        let now = clock()
        guard let jobs = queue.withLock({ $0.stopAwaiting(number, at: now) }) else { return }
        count(RedisError(.timeout, "no connection within \(DurationText.format(timeout * 2))"))
        for job in jobs { job.resolve(by: local) }
        announce(isUp: false)
        resumeEnded()
    }

    /// Leaves all to the in-process guard until Redis is back.
    private func leave(because error: RedisError) {
        count(error)
        let now = clock()
        for job in queue.withLock({ $0.close(at: now) }) { job.resolve(by: local) }
        announce(isUp: false)
    }

    private func count(_ error: RedisError) {
        queue.withLock { $0.report.count(error) }
    }

    private func announce(isUp: Bool) {
        let change = queue.withLock { queue -> RedisReport? in
            guard queue.isUp != isUp else { return nil }
            queue.isUp = isUp
            return queue.report
        }
        if let change { changed.yield(change) }
    }

    private func finish() {
        queue.withLock { $0.noteEnd() }
        changed.finish()
        resumeEnded()
    }

    private func resumeEnded() {
        for continuation in queue.withLock({ $0.takeEnded() }) { continuation.resume() }
    }
}
