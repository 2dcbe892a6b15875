import ConformanceSuites
import PrompterCore

/// Providers that answer, fail and change by a seed, for a simulation in virtual time.
struct VirtualProviders {
    private var generator: SeededGenerator
    /// When each target's model was last replaced, and by which.
    private var models: [TargetID: Int] = [:]

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// How long a call takes, and what it brings, at `uptime` of the simulation.
    mutating func answer(_ target: Target, at uptime: Uptime) -> (after: Duration, outcome: ProbeEnd.Outcome) {
        let latency = Duration.milliseconds(Int.random(in: 50...800, using: &generator))
        if let failure = failure(of: target, at: uptime) {
            return (failure.failureClass == .timeout ? target.timeout : latency, .failure(failure))
        }
        // Twice a year for a target that is probed every six hours.
        if Int.random(in: 0..<730, using: &generator) == 0 { models[target.id, default: 0] += 1 }
        let model = "\(target.model)-\(models[target.id] ?? 0)"
        guard let version = VersionIdentity(resolvedModel: model, fingerprint: nil) else {
            return (latency, .failure(ProbeFailure(.noVersion, "")))
        }
        return (latency, .answer(ProbeAnswer(version: version, latency: latency)))
    }

    private mutating func failure(of target: Target, at uptime: Uptime) -> ProbeFailure? {
        let day = uptime.sinceStart.milliseconds / 86_400_000
        switch target.provider.name {
        // Down for a day in each month.
        case "p-0" where day % 30 == 7: return ProbeFailure(.serverError, "503")
        case "p-1" where Int.random(in: 0..<50, using: &generator) == 0:
            return ProbeFailure(.rateLimited, "slow down", retryAfter: .seconds(90), scope: .provider)
        case "p-2" where Int.random(in: 0..<20, using: &generator) == 0: return ProbeFailure(.timeout, "slow")
        // A key that is refused for a week.
        case "p-3" where (100..<107).contains(day): return ProbeFailure(.auth, "invalid key", scope: .provider)
        case "p-4" where day > 200 && target.model.hasSuffix("7"): return ProbeFailure(.notFound, "no such model")
        default: return Int.random(in: 0..<1000, using: &generator) == 0 ? ProbeFailure(.connection, "reset") : nil
        }
    }
}
