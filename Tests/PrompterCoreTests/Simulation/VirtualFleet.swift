import ConformanceSuites
import HeapModule
import PrompterCore

/// Instances that share a guard, in virtual time: all that happens is drawn from a seed, and nothing waits.
struct VirtualFleet {
    private indirect enum Happening {
        case wake
        case admissions([LeaseRequest])
        case ended(ProbeEnd)
        case settled([LeaseOutcome])
        case commit
        case pulse
        case reload
        case clock(Duration)
        case store(isFailing: Bool)
        case kill
        case question
    }

    private struct Element: Comparable {
        var time: Uptime
        var number: Int
        var instance: Int
        var life: Int?
        var happening: Happening

        static func < (left: Element, right: Element) -> Bool { (left.time, left.number) < (right.time, right.number) }
        static func == (left: Element, right: Element) -> Bool { left.number == right.number }
    }

    private static let pulseInterval: Duration = .seconds(600)
    private static let questionInterval: Duration = .seconds(900)

    let instances: [VirtualInstance]
    private let probeGuard = LocalGuard()
    private var providers: VirtualProviders
    private var generator: SeededGenerator
    private var heap = Heap<Element>()
    private var number = 0
    private var uptime = Uptime(sinceStart: .seconds(1000))
    private let watchlists: [Watchlist]
    /// The observations that were made, by target and slot, with those since the clock was set far back.
    private var observed: [TargetID: (slot: Int64, id: UInt64)] = [:]
    private(set) var doubles = 0

    init(instances count: Int, watchlists: [Watchlist], seed: UInt64) {
        instances = (0..<count).map(VirtualInstance.init)
        self.watchlists = watchlists
        providers = VirtualProviders(seed: seed)
        generator = SeededGenerator(seed: seed &+ 1)
    }

    /// Lives for `days`, with a reload each week and one trouble or another on most days.
    mutating func live(days: Int) {
        let beginning = uptime
        for instance in instances.indices {
            handle(start(instance), by: instance)
            add(.pulse, to: instance, at: beginning + Self.pulseInterval, life: nil)
            add(.question, to: instance, at: beginning + Self.questionInterval, life: nil)
            for day in 0..<days {
                let noon = beginning + .seconds(day * 86_400 + Int.random(in: 0..<86_400, using: &generator))
                switch day % 14 {
                case 1, 8: add(.reload, to: instance, at: noon, life: nil)
                case 3 where instance == 0:
                    let jump = Duration.seconds(Int.random(in: -3600...3600, using: &generator))
                    add(.clock(jump), to: instance, at: noon, life: nil)
                case 5:
                    add(.store(isFailing: true), to: instance, at: noon, life: nil)
                    add(.store(isFailing: false), to: instance, at: noon + .seconds(3 * 3600), life: nil)
                case 11: add(.kill, to: instance, at: noon, life: nil)
                default: break
                }
            }
        }
        let end = beginning + .seconds(days * 86_400)
        while let next = heap.popMin(), next.time < end {
            uptime = next.time
            guard next.life == nil || next.life == instances[next.instance].life else { continue }
            take(next.happening, by: next.instance)
        }
    }

    private mutating func add(_ happening: Happening, to instance: Int, at time: Uptime, life: Int?) {
        number += 1
        heap.insert(Element(time: time, number: number, instance: instance, life: life, happening: happening))
    }

    private mutating func add(_ happening: Happening, to instance: Int, in milliseconds: ClosedRange<Int>) {
        let pause = Duration.milliseconds(Int.random(in: milliseconds, using: &generator))
        add(happening, to: instance, at: uptime + pause, life: instances[instance].life)
    }

    private func start(_ instance: Int) -> SchedulerInput {
        let targets = watchlists[0].targets.map(\.id)
        let memory = Dictionary(
            uniqueKeysWithValues: targets.compactMap { id in instances[instance].ledger.memory(of: id).map { (id, $0) }
            })
        return .watchlist(ScheduledWatchlist(watchlists[0], workers: VirtualInstance.workers, memory: memory))
    }

    private mutating func take(_ happening: Happening, by instance: Int) {
        let now = instances[instance].now(uptime)
        switch happening {
        case .wake:
            // One that was set anew since does not come.
            guard instances[instance].wake == uptime else { return }
            instances[instance].wake = nil
            handle(.tick, by: instance)
            // The textfile is one reason to wake.
            _ = instances[instance].scheduler.takeSnapshot(isForced: false, at: now.wall)
        case .admissions(let requests): handle(.admissions(probeGuard.admit(requests, at: now)), by: instance)
        case .ended(let end):
            instances[instance].calls[end.id] = nil
            handle(.ended([end]), by: instance)
        case .settled(let outcomes):
            probeGuard.settle(outcomes, at: now)
            handle(.settled(outcomes.map(\.lease.id)), by: instance)
        case .commit:
            instances[instance].isCommitDue = false
            guard !instances[instance].isStoreFailing else { return }
            handle(.committed(instances[instance].commit(at: now)), by: instance)
        case .pulse:
            add(.pulse, to: instance, at: uptime + Self.pulseInterval, life: nil)
            handle(.pulse, by: instance)
            instances[instance].lookAtQuestions(at: uptime)
            if !instances[instance].scheduler.isHealthy(at: now) {
                instances[instance].violate("unhealthy", at: uptime)
            }
        case .reload:
            let list = watchlists[Int.random(in: watchlists.indices, using: &generator)]
            handle(.watchlist(ScheduledWatchlist(list, workers: VirtualInstance.workers)), by: instance)
        case .clock(let jump):
            // The guard of one process, which they share, knows the latest slot alone: their clocks agree.
            for other in instances.indices {
                instances[other].clockOffset += jump
                // A timer that was set by the wall clock fires at once where that goes forward.
                guard jump > .zero else { continue }
                instances[other].wake = uptime
                add(.wake, to: other, at: uptime, life: instances[other].life)
            }
        case .store(let isFailing):
            instances[instance].isStoreFailing = isFailing
            handle(isFailing ? .storeFailing("disk full") : .storeRestored, by: instance)
            commitLater(instance)
        case .kill:
            instances[instance].restart()
            handle(start(instance), by: instance)
        case .question:
            add(.question, to: instance, at: uptime + Self.questionInterval, life: nil)
            // Several at once: of watched targets and of others, one in four forced.
            let targets = watchlists[0].targets
            let target = targets[Int.random(in: targets.indices, using: &generator)]
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                number += 1
                let question = Question(
                    id: UInt64(number), target, isForced: Int.random(in: 0..<4, using: &generator) == 0,
                    deadline: uptime + .seconds(Int.random(in: 1...60, using: &generator)),
                    memory: instances[instance].ledger.memory(of: target.id))
                instances[instance].ask(question)
                handle(.question(question), by: instance)
            }
        }
    }

    private mutating func handle(_ input: SchedulerInput, by instance: Int) {
        let now = instances[instance].now(uptime)
        for directive in instances[instance].scheduler.handle(input, at: now) { carryOut(directive, of: instance) }
        guard let wake = instances[instance].scheduler.wake(at: now) else { return }
        let time = uptime + max(wake - now.wall, .milliseconds(1))
        guard instances[instance].wake.map({ time < $0 || $0 <= uptime }) ?? true else { return }
        instances[instance].wake = time
        add(.wake, to: instance, at: time, life: instances[instance].life)
    }

    private mutating func carryOut(_ directive: Directive, of instance: Int) {
        switch directive {
        case .admit(let requests): add(.admissions(requests), to: instance, in: 0...5)
        case .probe(let order):
            instances[instance].begin(order, at: uptime)
            let (after, outcome) = providers.answer(order.target, at: uptime)
            add(
                .ended(ProbeEnd(id: order.id, outcome)), to: instance, at: uptime + after,
                life: instances[instance].life)
        case .settle(let outcomes):
            for outcome in outcomes { look(at: outcome) }
            add(.settled(outcomes), to: instance, in: 0...5)
        case .record(let entry):
            instances[instance].submit(entry, at: uptime)
            commitLater(instance)
        case .reply(let id, let reply): instances[instance].take(reply, to: id, at: uptime)
        case .keep, .breakOff, .noteClockSetBack, .log: break
        }
    }

    /// A slot is observed once by the whole fleet.
    private mutating func look(at outcome: LeaseOutcome) {
        let slot = Slot(outcome.lease.key)
        guard case .succeeded = outcome.ending, !slot.isConfirmation else { return }
        if let before = observed[slot.target], before.slot == slot.number, before.id != outcome.lease.id {
            doubles += 1
        }
        observed[slot.target] = (slot.number, outcome.lease.id)
    }

    private mutating func commitLater(_ instance: Int) {
        guard !instances[instance].isCommitDue, !instances[instance].pending.isEmpty else { return }
        instances[instance].isCommitDue = true
        add(.commit, to: instance, in: 20...25)
    }
}
