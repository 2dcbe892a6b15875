public import PrompterCore

/// The guard of a fleet: of instances with the same Redis one at a time holds a lease.
///
/// In-process first, then Redis, in which a turn is one key (prefix, `1:`, subject, interval in milliseconds, turn; parted
/// by colons) whose value is a ``SlotRecord``. A Redis that can't be reached, is slow or wrong keeps no probe waiting for
/// longer than one timeout: from then until it is back the in-process guard alone decides. When it is back, the results
/// that are still kept are published to it.
public final class RedisGuard: ProbeGuard {
    private let local = LocalGuard()
    private let thread: GuardThread

    /// Starts the guard's thread, which connects.
    ///
    /// - Parameters:
    ///   - prefix: stands before each key, for a Redis that others use, too.
    ///   - timeout: how long the connection may take to be made, and each flush to be answered.
    ///   - clock: tells when to connect again and what is worth publishing then.
    public init(
        url: RedisURL, prefix: String = "prompterd:", timeout: Duration = .milliseconds(500),
        clock: @escaping @Sendable () -> Moment
    ) {
        thread = GuardThread(url: url, prefix: prefix, timeout: timeout, local: local, clock: clock)
    }

    deinit {
        thread.end()
    }

    /// How the guard gets on with Redis, now.
    public var report: RedisReport { thread.report }

    /// The report at each change between up and down, the first when the first attempt to connect has ended; for one reader.
    public var changes: AsyncStream<RedisReport> { thread.changes }

    public func admit(_ requests: [LeaseRequest], at now: Moment) async -> [Admission] {
        var answers: [Admission?] = []
        var open: [PendingRequest] = []
        answers.reserveCapacity(requests.count)
        open.reserveCapacity(requests.count)
        let views = local.views(of: requests, at: now)
        precondition(views.count == requests.count, "one view each")
        for (request, view) in zip(requests, views) {
            switch view {
            case .certain(let admission):
                answers.append(admission)
            case .open(let attempt):
                answers.append(nil)
                open.append(PendingRequest(request, attempt: attempt, now: now))
            }
        }
        if open.isEmpty { return answers.compactMap(\.self) }
        var asked = await withCheckedContinuation { thread.submit(.admit(open, $0)) }[...]
        precondition(asked.count == open.count, "one answer each")
        return answers.map { $0 ?? asked.removeFirst() }
    }

    public func settle(_ outcomes: [LeaseOutcome], at now: Moment) async {
        if outcomes.isEmpty { return }
        local.settle(outcomes, at: now)
        await withCheckedContinuation { thread.submit(.settle(outcomes, $0)) }
    }

    /// Serves what waits, closes the connection and ends the guard's thread. From then on the in-process guard decides.
    public func shutdown() async {
        thread.end()
        await thread.ended()
    }
}
