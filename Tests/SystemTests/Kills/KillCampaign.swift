import ConformanceSuites
import Foundation
import OutsideParts
import PrompterCore

/// Daemons under load, disturbed again and again at seeded moments, and judged after each time.
///
/// What is repeatable is what is done, in which order and on which cue; what the daemons make of it is theirs.
final class KillCampaign: Sendable {
    /// How often each thing is done.
    struct Mix: Sendable {
        var kills: Int
        var stops: Int
        var pauses: Int
    }

    struct Figures: Sendable {
        var kills = 0
        var stops = 0
        var pauses = 0
        var calls = 0
        var observations = 0
        /// Observations that one daemon made and another imported.
        var imported = 0
        /// Answers that no observation came of, since the daemon had given them up for late.
        var late = 0
        var slots = 0
        var excused = 0
        var runsAlone = 0
        var textfiles = 0
        var reports = 0
        var longestStop: Duration = .zero
    }

    /// The probes' timeout; a lease outlasts it by 5 s.
    private static let timeout: Duration = .seconds(1)
    /// A little longer than a lease.
    private static let pauseLength: Duration = timeout + .seconds(5) + .milliseconds(300)
    /// A stop may take 10 s for the probes and 6 s for the store; twice that is a stop that hangs.
    private static let longestStop: Duration = .seconds(32)

    private let seed: UInt64
    private let mix: Mix
    private let redis: RedisServer?
    private let log: CallLog
    private let witnesses: [Witness]
    private let figures = Locked(Figures())
    private let runs = Locked<[DaemonRun]>([])
    private let lastRun = Locked(0)

    /// - Parameters:
    ///   - daemons: how many there are, each with a database of its own and all with the same watchlist.
    ///   - redis: what they share.
    init(seed: UInt64, mix: Mix, daemons: Int, redis: RedisServer?) throws {
        self.seed = seed
        self.mix = mix
        self.redis = redis
        log = try CallLog(seed: seed)
        let watchlist = Self.watchlist(at: log.provider.baseURL)
        witnesses = try (0..<daemons).map { _ in Witness(try Site(watchlist)) }
    }

    /// Targets with slots shorter than a lease, and with longer ones, which others take over.
    private static func watchlist(at url: String) -> String {
        let intervals =
            Array(repeating: "1s", count: 16) + Array(repeating: "9s", count: 8) + Array(repeating: "30s", count: 4)
        let watches = intervals.enumerated().map {
            #"{"template":"t","provider":"local","model":"m-\#($0)","interval":"\#($1)","timeout":"1s"}"#
        }
        return """
            {"providers":{"local":{"dialect":"openai-compatible","base_url":"\(url)","api_key_env":"RUN_KEY",
             "concurrency":8}},"watches":[\(watches.joined(separator: ","))]}
            """
    }

    /// - Returns: what was done, and what was wrong.
    func run() async -> (figures: Figures, violations: [String]) {
        await withTaskGroup { watching in
            for witness in witnesses { watching.addTask { await self.watch(witness) } }
            await withTaskGroup { daemons in
                for daemon in witnesses.indices { daemons.addTask { await self.torment(daemon) } }
            }
            watching.cancelAll()
        }
        log.provider.stop()
        return judge()
    }

    /// What an operator and node_exporter do meanwhile.
    private func watch(_ witness: Witness) async {
        var number = 1
        while await log.provider.request(number) != nil {
            witness.readTextfile()
            if number % 50 == 0 { await witness.readStatus() }
            number = max(number + 1, log.count)
        }
    }

    private func torment(_ daemon: Int) async {
        var generator = SeededGenerator(seed: seed &+ UInt64(daemon) &* 1_000_003)
        let all =
            Array(repeating: Disturbance.kill, count: mix.kills) + Array(repeating: .stop, count: mix.stops)
            + Array(repeating: .pause, count: mix.pauses)
        // Each daemon gets its share of each.
        let own = all.enumerated().filter { $0.offset % witnesses.count == daemon }.map(\.element)
        for disturbance in own.shuffled(using: &generator) where !Task.isCancelled {
            await endure(disturbance, daemon, &generator)
        }
    }

    private func endure(_ disturbance: Disturbance, _ daemon: Int, _ generator: inout SeededGenerator) async {
        let witness = witnesses[daemon]
        let number = lastRun.withLock { last in
            last += 1
            return last
        }
        var run = DaemonRun(number: number, daemon: daemon)
        var environment = ["RUN_KEY": CallLog.credential(ofRun: number), "PROMPTERD_LOG_LEVEL": "debug"]
        if let redis { environment["REDIS_URL"] = redis.url }
        let program = await witness.site.start(environment: environment)
        let cue = Disturbance.Cue(from: &generator, scale: witnesses.count > 1 ? 3 : 1)
        let endsByKill = Bool.random(using: &generator)
        if case .pause = disturbance {
            _ = await program.line(with: "watching")
            await wait(for: cue, program)
            await pause(program, &run)
        } else {
            await wait(for: cue, program)
        }
        switch disturbance {
        case .kill: await kill(program, &run, witness)
        case .pause where endsByKill: await kill(program, &run, witness)
        case .stop, .pause: await stop(program, &run, witness)
        }
        witness.judge(log: run.log)
        witness.readTextfile()
        await witness.readStatus()
        runs.withLock { $0.append(run) }
    }

    private func wait(for cue: Disturbance.Cue, _ program: Program) async {
        switch cue {
        case .call(let count): _ = await log.provider.request(log.count + count)
        case .line(let count): _ = await program.line(with: " ", count: count)
        case .time(let time): try? await Task.sleep(for: time)
        }
    }

    /// A lease must run out meanwhile, in Redis and by the clock: the time is the point.
    private func pause(_ program: Program, _ run: inout DaemonRun) async {
        program.pause()
        let from = log.mark()
        try? await Task.sleep(for: Self.pauseLength)
        run.pauses.append((from: from, until: log.mark()))
        program.send(SIGCONT)
        // It goes on.
        _ = await log.call(ofRun: run.number, after: log.mark())
        figures.withLock { $0.pauses += 1 }
    }

    private func kill(_ program: Program, _ run: inout DaemonRun, _ witness: Witness) async {
        program.send(SIGKILL)
        let end = await program.end()
        if end.status != -SIGKILL {
            witness.complain("run \(run.number) ended by itself with \(end.status): \(end.errors)")
        }
        run.wasKilled = true
        run.log = end.errors
        figures.withLock { $0.kills += 1 }
    }

    private func stop(_ program: Program, _ run: inout DaemonRun, _ witness: Witness) async {
        let clock = ContinuousClock()
        let begin = clock.now
        program.send(SIGTERM)
        let end = await program.end()
        let time = begin.duration(to: clock.now)
        run.log = end.errors
        // Before it says that it watches, it may not have taken the signal over yet, and has called nobody.
        let isEarly = end.status == -SIGTERM && !end.errors.contains("watching")
        if end.status != 0, !isEarly {
            witness.complain("run \(run.number) ended with \(end.status) after SIGTERM: \(end.errors)")
        }
        if time > Self.longestStop { witness.complain("run \(run.number) took \(time) to stop") }
        figures.withLock { figures in
            figures.stops += 1
            figures.longestStop = max(figures.longestStop, time)
            figures.late += judgeAnswers(run, witness)
        }
    }

    /// Each answer that was written to its end in a run that was stopped in order is in the database, or the log tells of a
    /// probe that failed, one for each: what came after its timeout.
    ///
    /// - Returns: how many came too late.
    private func judgeAnswers(_ run: DaemonRun, _ witness: Witness) -> Int {
        let recorded = Set(witness.recorded().map(\.call))
        let lost = log.calls.filter { $0.run == run.number && $0.isAnswered && !recorded.contains($0.number) }
        for (model, calls) in Dictionary(grouping: lost, by: \.model) where calls.count > run.failures(of: model) {
            witness.complain("run \(run.number) lost answers about \(model): calls \(calls.map(\.number))")
        }
        return lost.count
    }

    private func judge() -> (figures: Figures, violations: [String]) {
        var figures = figures.withLock { $0 }
        var violations = witnesses.flatMap(\.violations)
        var observed: [Int: GuardPromise.Place] = [:]
        var imported: Set<Int> = []
        for witness in witnesses {
            for (number, place, fingerprint) in witness.recorded() {
                figures.observations += 1
                if let known = observed.updateValue(place, forKey: number) {
                    imported.insert(number)
                    if known != place { violations.append("call \(number) is recorded as \(known) and as \(place)") }
                }
                if fingerprint != CallLog.fingerprint(of: number) {
                    violations.append("call \(number) is recorded with another's version, \(fingerprint)")
                }
            }
            figures.textfiles += witness.readings.textfiles
            figures.reports += witness.readings.reports
        }
        let runs = runs.withLock { $0 }
        let promise = GuardPromise(calls: log.calls, runs: runs, observed: observed, imported: imported)
        figures.imported = imported.count
        figures.calls = log.count
        figures.slots = promise.slots
        figures.excused = promise.excused
        figures.runsAlone = runs.count { $0.guardedAlone }
        return (figures, violations + promise.violations)
    }
}
