import Foundation
import OutsideParts
import Testing

/// What kill -9, SIGSTOP and SIGTERM at any moment leave behind.
///
/// `PROMPTERD_KILLS`, `PROMPTERD_STOPS` and `PROMPTERD_KILL_SEED` set how many there are and which.
struct KillTests {
    /// What the daemons of a campaign have.
    enum Setting: String, CaseIterable, Sendable {
        case alone, withRedis, fleet
    }

    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    /// A quarter of all alone, a quarter with a Redis of its own, half by two that share one.
    private static func mix(of setting: Setting) -> KillCampaign.Mix {
        let kills = number("PROMPTERD_KILLS") ?? 40
        let stops = number("PROMPTERD_STOPS") ?? 10
        let share = setting == .fleet ? 2 : 1
        return KillCampaign.Mix(
            kills: (kills * share + 3) / 4, stops: (stops * share + 3) / 4, pauses: max(1, stops * share / 20))
    }

    @Test(.timeLimit(.minutes(30)), arguments: Setting.allCases)
    func nothingThatWasShownIsLost(setting: Setting) async throws {
        let seed = UInt64(Self.number("PROMPTERD_KILL_SEED") ?? 1)
        let redis = setting == .alone ? nil : try await RedisServer()
        let campaign = try KillCampaign(
            seed: seed, mix: Self.mix(of: setting), daemons: setting == .fleet ? 2 : 1, redis: redis)
        let begin = ContinuousClock.now
        let (figures, violations) = await campaign.run()
        print("kills, \(setting), seed \(seed), \(begin.duration(to: .now)): \(figures)")
        #expect(violations.isEmpty, "\(violations.prefix(20).joined(separator: "\n"))")
        #expect(figures.slots > 0 && figures.textfiles > 0 && figures.reports > 0)
        await redis?.stop()
    }
}
