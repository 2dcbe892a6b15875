import PrompterCore

/// What waits for the guard's thread, and what is known of Redis: the state that callers and thread share.
struct GuardQueue: Sendable {
    /// What the thread does next.
    enum Order {
        case serve([GuardJob])
        case connect
        case end
    }

    /// Requests and outcomes that may wait; beyond it the in-process guard decides.
    private static let limit = 100_000
    /// As many are served together, where so many wait.
    private static let share = 1024
    /// No two attempts to connect begin within it.
    static let reconnectPause: Duration = .seconds(1)

    var report = RedisReport()
    /// Whether Redis is usable; `nil` until the first attempt to connect has ended.
    var isUp: Bool? {
        didSet { report.isUp = isUp ?? false }
    }
    /// Resumed when nobody need wait for the thread's end any longer.
    private var whenEnded: [CheckedContinuation<Void, Never>] = []
    private var hasEnded = false
    /// Whether the thread waits to be woken.
    var isAsleep = false
    private var jobs: [GuardJob] = []
    private var count = 0
    /// Whether jobs are taken: Redis is up, or the first connection is being made.
    private var isOpen = true
    private var isEnding = false
    private var wantsConnection = true
    /// When the last attempt to connect began.
    private var lastConnect: Uptime
    /// The attempt to connect that is under way, by its number, and whether jobs wait for it.
    private var connecting: (number: Int, isAwaited: Bool)?
    private var connectCount = 0

    init(at now: Moment) {
        lastConnect = now.uptime
    }

    /// - Returns: whether `job` was taken. Where not, this use of the guard may have set off an attempt to connect.
    mutating func take(_ job: GuardJob, at now: Moment) -> Bool {
        guard isOpen else {
            if !isEnding, !wantsConnection, mayConnect(at: now) { wantsConnection = true }
            return false
        }
        guard count + job.count <= Self.limit else { return false }
        jobs.append(job)
        count += job.count
        return true
    }

    /// Takes `jobs` back, to be served over a new connection, if it is time for one.
    mutating func takeBack(_ jobs: [GuardJob], at now: Moment) -> Bool {
        guard mayConnect(at: now) else { return false }
        wantsConnection = true
        self.jobs.insert(contentsOf: jobs, at: 0)
        count += jobs.reduce(0) { $0 + $1.count }
        return true
    }

    /// Whether enough time has passed to connect again; then the attempt counts as begun.
    private mutating func mayConnect(at now: Moment) -> Bool {
        guard now.uptime - lastConnect >= Self.reconnectPause else { return false }
        lastConnect = now.uptime
        return true
    }

    /// What is to be done next; `nil` for nothing.
    mutating func next() -> Order? {
        if wantsConnection {
            wantsConnection = false
            return .connect
        }
        if !jobs.isEmpty {
            var share = 0
            let number = jobs.prefix { job in
                defer { share += job.count }
                return share < Self.share
            }.count
            let order = Order.serve(Array(jobs.prefix(number)))
            jobs.removeFirst(number)
            count -= min(count, share)
            return order
        }
        return isEnding ? .end : nil
    }

    /// An attempt to connect begins.
    ///
    /// - Returns: its number, where jobs may wait for it.
    mutating func beginConnecting() -> Int? {
        connectCount += 1
        let isAwaited = isOpen || !jobs.isEmpty
        connecting = (connectCount, isAwaited)
        return isAwaited ? connectCount : nil
    }

    /// Redis is usable: jobs are taken from now on.
    mutating func open() {
        connecting = nil
        wantsConnection = false
        isOpen = !isEnding
    }

    /// Redis is not usable: no job is taken.
    ///
    /// - Returns: those that waited.
    mutating func close(at now: Moment) -> [GuardJob] {
        connecting = nil
        return turnAway(at: now)
    }

    /// Nobody waits any longer for the attempt `number` to connect.
    ///
    /// - Returns: the jobs that waited; `nil` where the attempt has ended.
    mutating func stopAwaiting(_ number: Int, at now: Moment) -> [GuardJob]? {
        guard connecting?.number == number else { return nil }
        connecting?.isAwaited = false
        return turnAway(at: now)
    }

    private mutating func turnAway(at now: Moment) -> [GuardJob] {
        isOpen = false
        lastConnect = now.uptime
        defer {
            jobs = []
            count = 0
        }
        return jobs
    }

    /// No more jobs; what waits is still served.
    mutating func end() {
        isOpen = false
        isEnding = true
    }

    /// Has `continuation` resumed by ``takeEnded()`` when the thread has ended.
    mutating func awaitEnd(_ continuation: CheckedContinuation<Void, Never>) {
        whenEnded.append(continuation)
    }

    mutating func noteEnd() {
        hasEnded = true
    }

    /// Who waits for the end, if there is nothing more to wait for: the thread has ended, or does nothing but connect, which
    /// may last as long as a name's resolution.
    mutating func takeEnded() -> [CheckedContinuation<Void, Never>] {
        guard hasEnded || isEnding && connecting?.isAwaited == false else { return [] }
        defer { whenEnded = [] }
        return whenEnded
    }
}
