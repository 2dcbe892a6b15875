internal import DequeModule

/// What may keep a due target from being called, between due and admission. Today: how many calls are in flight, in all and
/// for each provider. Waiting happens here and costs no worker.
public struct Limits: Sendable {
    private struct Lane: Sendable {
        var concurrency: Int
        var inFlight = 0
        var waiting = Deque<Due>()
    }

    /// How many calls may be in flight, over all providers.
    public private(set) var workers: Int
    public private(set) var inFlight = 0
    private var lanes: [String: Lane] = [:]
    /// Names of lanes that may have a call to begin, in turn, so that no provider starves another.
    private var turn = Deque<String>()

    /// - Parameter workers: at least 1.
    public init(workers: Int) {
        self.workers = workers
    }

    /// How many due targets wait for a place.
    public var waiting: Int { lanes.values.reduce(0) { $0 + $1.waiting.count } }

    /// Whether some due target could begin now.
    public var hasServable: Bool {
        inFlight < workers && lanes.values.contains { !$0.waiting.isEmpty && $0.inFlight < $0.concurrency }
    }

    /// Takes over the concurrency of `providers`, and drops what waits for a target that `isWatched` denies.
    ///
    /// - Returns: the dropped ones.
    public mutating func replace(workers: Int, providers: some Sequence<Provider>, isWatched: (TargetID) -> Bool)
        -> [Due]
    {
        self.workers = workers
        var dropped: [Due] = []
        for provider in providers {
            lanes[provider.name, default: Lane(concurrency: 1)].concurrency = provider.concurrency
        }
        for (name, lane) in lanes {
            let kept = lane.waiting.filter { isWatched($0.target.id) }
            guard kept.count < lane.waiting.count else { continue }
            dropped += lane.waiting.filter { !isWatched($0.target.id) }
            lanes[name]?.waiting = Deque(kept)
        }
        return dropped
    }

    /// Queues `due` behind what waits already.
    public mutating func enqueue(_ due: Due) {
        let name = due.target.provider.name
        lanes[name, default: Lane(concurrency: due.target.provider.concurrency)].waiting.append(due)
        if lanes[name]?.waiting.count == 1 { turn.append(name) }
    }

    /// Takes out those that may begin now, provider by provider in turn, and counts them as in flight until ``release(_:)``.
    ///
    /// - Parameter most: at most so many.
    public mutating func begin(most: Int = .max) -> [Due] {
        var begun: [Due] = []
        var idle = 0
        while idle < turn.count, inFlight < workers, begun.count < most, let name = turn.popFirst() {
            guard var lane = lanes[name], lane.inFlight < lane.concurrency, let due = lane.waiting.popFirst() else {
                if lanes[name]?.waiting.isEmpty == false {
                    turn.append(name)
                    idle += 1
                }
                continue
            }
            lane.inFlight += 1
            lanes[name] = lane
            inFlight += 1
            begun.append(due)
            if !lane.waiting.isEmpty { turn.append(name) }
            idle = 0
        }
        return begun
    }

    /// Says that the call of `target` has ended.
    public mutating func release(_ target: Target) {
        lanes[target.provider.name]?.inFlight -= 1
        inFlight -= 1
    }

    /// Takes out everything that waits.
    public mutating func drain() -> [Due] {
        let waiting = lanes.values.flatMap(\.waiting)
        for name in lanes.keys { lanes[name]?.waiting = [] }
        turn = []
        return waiting
    }
}
