public import LinuxHost
public import PrompterCore

/// Tells webhooks of events. It is apart from the probes: what is to be told stands in the store, beside its event, and the
/// dispatcher looks there when it is woken (by events that were committed, by the next attempt that becomes due, at the start, and
/// once a pulse, since `prompterd probe` records events too).
///
/// One delivery a webhook is under way at a time, so that one that hangs delays no other, and one that fails is left alone for
/// a while, whatever else there is to tell it. A delivery is marked in the store only when
/// the webhook has it: whoever crashes in between delivers it again, so an event arrives at least once.
public actor WebhookDispatcher {
    /// What the dispatcher works with.
    public struct Parts: Sendable {
        /// What the store has to tell at a time, to so many webhooks at most.
        var look: @Sendable (Timestamp, Int) async throws -> DueDeliveries
        /// Has it written into the store how a delivery ended, and returns when it is, or will not be.
        var settle: @Sendable (Delivery, DeliveryEnding) async -> Void
        /// Reads a webhook's files.
        var secrets: @Sendable (Webhook) async throws -> WebhookSecrets
        var send: @Sendable (HTTPRequest) async throws -> HTTPResponse
        var probeGuard: any ProbeGuard
        var clock: @Sendable () -> Moment
        /// Waits for a time.
        var pause: @Sendable (Duration) async throws -> Void
        /// Told of each change of ``WebhookDispatcher/counts``.
        var changed: @Sendable () async -> Void
        var log: Log
        /// The labels that stand on every metric.
        var service: String
        var environment: String

        public init(
            look: @escaping @Sendable (Timestamp, Int) async throws -> DueDeliveries,
            settle: @escaping @Sendable (Delivery, DeliveryEnding) async -> Void,
            secrets: @escaping @Sendable (Webhook) async throws -> WebhookSecrets,
            send: @escaping @Sendable (HTTPRequest) async throws -> HTTPResponse, probeGuard: any ProbeGuard,
            clock: @escaping @Sendable () -> Moment,
            pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
            changed: @escaping @Sendable () async -> Void = {}, log: Log, service: String, environment: String
        ) {
            self.look = look
            self.settle = settle
            self.secrets = secrets
            self.send = send
            self.probeGuard = probeGuard
            self.clock = clock
            self.pause = pause
            self.changed = changed
            self.log = log
            self.service = service
            self.environment = environment
        }
    }

    /// A delivery under way.
    private struct Flight {
        var delivery: Delivery
        var task: Task<Void, Never>?
    }

    /// Deliveries that are under way at once.
    public static let mostFlights = 16
    /// The longest that a delivery is put off, and what clocks differ by.
    public static let horizon: Duration = .seconds(6 * 3600 + 120)
    /// How soon a store that failed is asked again.
    private static let pauseAfterFailure: Duration = .seconds(5)

    let parts: Parts
    var hooks: [[UInt8]: Webhook] = [:]
    public internal(set) var counts = DeliveryCounts()
    /// Webhooks whose last attempt failed.
    var failing: Set<[UInt8]> = []
    /// Until when webhooks that failed are left alone.
    var quiet: [[UInt8]: Uptime] = [:]
    private var flights: [[UInt8]: Flight] = [:]
    private var alarm: Task<Void, Never>?
    private var isStoreFailing = false
    private var isStopping = false
    private var isBrokenOff = false
    /// How many looks have begun, and the number of the last that left nothing under way.
    private var looks = 0
    private var quietLook = 0
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    public init(_ parts: Parts) {
        self.parts = parts
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes over the webhooks of `watchlist`. Those of the list before stay known until ``forgetOthers(than:)``, since the
    /// store may yet add deliveries to them.
    public func learn(_ watchlist: Watchlist) {
        for webhook in watchlist.watches.lazy.compactMap(\.webhook) { hooks[webhook.id] = webhook }
    }

    /// Takes note that the store has `watchlist`: what is pending for other webhooks is given up.
    public func forgetOthers(than watchlist: Watchlist) {
        hooks = [:]
        quiet = [:]
        learn(watchlist)
        failing = failing.filter { hooks[$0] != nil }
        wake()
    }

    /// Says that there may be something to tell.
    public nonisolated func wake() {
        waker.yield()
    }

    /// Delivers until it is stopped.
    public func run() async {
        for await _ in wakes { await look() }
    }

    /// Stops: nothing new begins, and what is under way has until `deadline` to end. What is not delivered stays pending.
    public func stop(within deadline: Duration) async {
        isStopping = true
        alarm?.cancel()
        await wait(within: deadline) { !isUnderWay }
        waker.finish()
    }

    /// Delivers what is due now, for as long as `deadline`, and stops.
    public func finish(within deadline: Duration) async {
        let wanted = looks + 1
        wake()
        await wait(within: deadline) { quietLook >= wanted }
        await stop(within: .zero)
    }

    private func wait(within deadline: Duration, until isDone: () -> Bool) async {
        let breaker = Task {
            guard (try? await parts.pause(deadline)) != nil else { return }
            breakOff()
        }
        while !isDone(), !(isBrokenOff && !isUnderWay) {
            await withCheckedContinuation { waiters.append($0) }
        }
        breaker.cancel()
    }

    private func breakOff() {
        isStopping = true
        isBrokenOff = true
        for flight in flights.values { flight.task?.cancel() }
        wakeWaiters()
    }

    private var isUnderWay: Bool { flights.values.contains { $0.task != nil } }

    private func wakeWaiters() {
        let woken = waiters
        waiters = []
        for waiter in woken { waiter.resume() }
    }

    // MARK: what is to be told

    private func look() async {
        looks += 1
        let number = looks
        defer {
            if flights.isEmpty { quietLook = number }
            wakeWaiters()
        }
        // A delivery that ends while the store is asked may stand in its answer still.
        let busy = Set(flights.keys)
        let now = parts.clock()
        quiet = quiet.filter { $0.value > now.uptime }
        let found: DueDeliveries
        do {
            found = try await parts.look(now.wall, Self.mostFlights + busy.count + quiet.count)
            noteStore(nil)
        } catch {
            noteStore(error)
            return arm(after: Self.pauseAfterFailure)
        }
        guard !isStopping else { return }
        if counts.pending != found.pending {
            counts.pending = found.pending
            await parts.changed()
        }
        var pauses = [found.next.map { max($0 - now.wall, .zero) }]
        for delivery in found.due where !busy.contains(delivery.hook) && flights[delivery.hook] == nil {
            if let end = quiet[delivery.hook] {
                pauses.append(end - now.uptime)
                continue
            }
            guard flights.count < Self.mostFlights, !isStopping else { break }
            begin(delivery)
        }
        arm(after: pauses.compactMap(\.self).min())
    }

    private func arm(after time: Duration?) {
        alarm?.cancel()
        guard let time, !isStopping else { return }
        alarm = Task {
            guard (try? await parts.pause(time)) != nil else { return }
            wake()
        }
    }

    private func begin(_ delivery: Delivery) {
        flights[delivery.hook] = Flight(delivery: delivery)
        flights[delivery.hook]?.task = Task { await land(delivery, await deliver(delivery)) }
    }

    private func land(_ delivery: Delivery, _ outcome: Outcome) async {
        quieten(delivery.hook, after: outcome)
        tell(outcome, of: delivery)
        let ending = outcome.ending
        if ending == .delivered || ending == .givenUp { counts.pending = max(0, counts.pending - 1) }
        await parts.changed()
        flights[delivery.hook]?.task = nil
        wakeWaiters()
        // Until the store has taken it the flight stays, so that its webhook gets nothing twice.
        if let ending { await parts.settle(delivery, ending) }
        flights[delivery.hook] = nil
        wakeWaiters()
        if !isStopping { wake() }
    }

    private func noteStore(_ error: (any Error)?) {
        if let error, !isStoreFailing {
            parts.log.error(.storeFailing, "webhooks: the store can't be used: \(error)")
        }
        if error == nil, isStoreFailing {
            parts.log.notice(.storeRecovered, "webhooks: the store can be used again")
        }
        isStoreFailing = error != nil
    }
}
