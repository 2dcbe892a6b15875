import PrompterCore
import PrompterDaemon
import Testing

/// What failures of a provider do to the calls after them, in virtual time.
struct LimitedRunnerTests {
    private let start = Timestamp(milliseconds: 1_790_000_000_000)

    private func targets(
        _ count: Int, of name: String, interval: Duration = .seconds(3600), requestsPerMinute: Int? = nil
    ) -> [Target] {
        let provider = Provider(
            name: name, dialect: .openAICompatible, baseURL: "https://\(name)", requestsPerMinute: requestsPerMinute)
        return (0..<count).map {
            Target(provider: provider, model: "\(name)-\($0)", interval: interval, timeout: .seconds(10))
        }
    }

    /// The calls of `provider` between two times.
    private func calls(_ world: World, of provider: String, from begin: Duration = .zero, to end: Duration) -> Int {
        world.calls.count { $0.provider == provider && $0.time >= begin && $0.time < end }
    }

    @Test func retryAfterKeepsAProviderAloneAndNoOtherWaits() async {
        let busy = targets(50, of: "busy")
        let well = targets(50, of: "well")
        let world = World(start: start)
        world.answer { target, time in
            target.provider.name == "busy" && time < .seconds(20)
                ? ProbeFailure(.rateLimited, "slow down", retryAfter: .seconds(7), scope: .provider) : nil
        }
        await world.put(busy + well, spread: .seconds(30))
        await world.run(until: .seconds(120))
        let times = world.calls.filter { $0.provider == "busy" }.map(\.time)
        let failed = times.filter { $0 < .seconds(20) }
        // What was in flight at the same moment, and nothing before the time.
        for (earlier, later) in zip(failed, failed.dropFirst()) {
            #expect(later == earlier || later >= earlier + .seconds(7))
        }
        #expect((3...7).contains(failed.count))
        // All are called once it is over.
        #expect(Set(world.calls.filter { $0.provider == "busy" }.map(\.model)).count == 50)
        // Others are called at the very time at which they would be without it.
        let alone = World(start: start)
        await alone.put(well, spread: .seconds(30))
        await alone.run(until: .seconds(120))
        #expect(world.calls.filter { $0.provider == "well" } == alone.calls)
        #expect(alone.calls.count >= 50)
        #expect(
            world.lines.count { $0.hasPrefix("warning: busy: rate_limited: slow down; no probes for 7s") } == 1)
        #expect(world.lines.contains("notice: busy: probes resumed (was rate_limited)"))
        let text = await world.text()
        #expect(text.contains(#"prompter_probe_skipped_total{service="s",env="e",provider="busy",reason="rate"} 0"#))
        #expect(text.contains(#"prompter_provider_suspended{service="s",env="e",provider="busy"} 0"#))
    }

    @Test func aBadKeyIsOneLineAndTwoRequestsAnHour() async {
        let targets = targets(500, of: "p")
        let world = World(start: start)
        world.answer { _, _ in ProbeFailure(.auth, "invalid key") }
        await world.put(targets)
        await world.run(until: .seconds(4 * 3600))
        // What was in flight with the first.
        #expect((1...4).contains(calls(world, of: "p", to: .milliseconds(1))))
        for hour in 0..<4 {
            #expect(
                calls(world, of: "p", from: .seconds(hour * 3600) + .milliseconds(1), to: .seconds(hour * 3600 + 3600))
                    <= 2)
        }
        #expect(calls(world, of: "p", from: .seconds(60), to: .seconds(4 * 3600)) >= 6)
        #expect(world.lines == ["error: p: auth: invalid key; no probes until a reload or a trial in 30m"])
        let suspended = await world.text()
        #expect(suspended.contains(#"prompter_provider_suspended{service="s",env="e",provider="p"} 1"#))
        #expect(!suspended.contains(#"provider="p",reason="suspended"} 0"#))
        #expect(await world.runner.view.suspendedProviders == 1)
        // A good key, and a reload.
        world.answer { _, _ in nil }
        await world.put(targets)
        await world.run(until: .seconds(5 * 3600))
        #expect(
            Set(world.calls.filter { $0.time >= .seconds(4 * 3600) }.map(\.model)).count == 500)
        #expect(world.lines.filter { $0.contains("auth") }.count == 2)
        #expect(world.lines.contains("notice: p: probes resumed (was auth)"))
        #expect(await world.text().contains(#"prompter_provider_suspended{service="s",env="e",provider="p"} 0"#))
    }

    @Test func oneModelThatTheKeyMayNotUseKeepsNoOtherWaiting() async {
        let world = World(start: start)
        world.answer { target, _ in
            guard target.model == "p-7" else { return nil }
            var failure = ProbeFailure(.auth, "not this model")
            failure.scope = .target
            return failure
        }
        await world.put(targets(500, of: "p"))
        await world.run(until: .seconds(3 * 3600))
        let others = world.calls.filter { $0.model != "p-7" }
        #expect(Set(others.map(\.model)).count == 499 && others.count >= 3 * 499)
        #expect((1...6).contains(world.calls.count - others.count))
        #expect(world.lines.filter { $0.contains("auth") } == ["warning: p p-7: auth: not this model"])
        #expect(world.lines.count { $0 == "notice: p p-7: not called for 30m" } == 1)
        #expect(await world.text().contains(#"prompter_targets_suspended{service="s",env="e",provider="p"} 1"#))
    }

    @Test func anOutageIsSeenInTwoTargetsAndOneProbeEndsIt() async {
        let world = World(start: start)
        world.answer { target, time in
            target.provider.name == "down" && time < .seconds(100) ? ProbeFailure(.serverError, "503") : nil
        }
        await world.put(targets(50, of: "down") + targets(1, of: "well"))
        await world.run(until: .seconds(20))
        // Two, and what was in flight with the second.
        #expect((2...5).contains(calls(world, of: "down", to: .seconds(20))))
        let broken = await world.text()
        #expect(
            broken.contains(
                #"prompter_provider_stand_off{service="s",env="e",provider="down",cause="server_error"} 1"#))
        #expect(
            broken.contains(
                #"prompter_provider_stand_off{service="s",env="e",provider="well",cause="server_error"} 0"#))
        await world.run(until: .seconds(89))
        #expect(calls(world, of: "down", from: .seconds(20), to: .seconds(89)) == 2)
        // The third trial fails too, the fourth does not.
        await world.run(until: .seconds(300))
        #expect(Set(world.calls.filter { $0.time >= .seconds(100) }.map(\.model)).count >= 50)
        let told = world.lines.filter { $0.contains("server_error: 503, now for a second target (") }
        #expect(told.count == 1 && told.allSatisfy { $0.hasSuffix("no probes for 30s, then one") }, "\(told)")
        #expect(world.lines.contains("notice: down: probes resumed (was server_error)"))
        #expect(
            await world.text().contains(
                #"prompter_provider_stand_off{service="s",env="e",provider="down",cause="server_error"} 0"#))
    }

    @Test func aSlotThatEndsInAStandOffIsSkipped() async {
        let world = World(start: start)
        world.answer { _, _ in ProbeFailure(.connection, "refused") }
        await world.put(targets(20, of: "down", interval: .seconds(20)))
        await world.run(until: .seconds(300))
        #expect(await !world.text().contains(#"provider="down",reason="suspended"} 0"#))
        // One a slot, and not always the same.
        #expect((15...20).contains(world.calls.count))
        #expect(Set(world.calls.map(\.model)).count >= 12)
    }

    /// A server that answers for a few seconds what says nothing of any model: each is tried in its next slot.
    @Test(arguments: [FailureClass.address, .timeout, .connection, .serverError])
    func aShortRestartCostsASlot(failureClass: FailureClass) async {
        let world = World(start: start)
        world.answer { _, time in
            time >= .seconds(6) && time < .seconds(10) ? ProbeFailure(failureClass, "no healthy upstream") : nil
        }
        await world.put(targets(3, of: "p", interval: .seconds(2)))
        await world.run(until: .seconds(40))
        for model in ["p-0", "p-1", "p-2"] {
            #expect(world.calls.count { $0.model == model && $0.time >= .seconds(10) } >= 13, "\(model)")
        }
        #expect(world.kinds.allSatisfy { $0 == .first }, "\(world.kinds)")
    }

    @Test func oneModelsLimitKeepsNoOtherWaiting() async throws {
        let world = World(start: start)
        world.answer { target, time in
            target.model == "p-1" && time >= .seconds(6)
                ? ProbeFailure(.rateLimited, "8 a day", retryAfter: .seconds(37_000)) : nil
        }
        let targets = targets(3, of: "p", interval: .seconds(3))
        await world.put(targets)
        await world.run(until: .seconds(30))
        await world.put(targets)
        await world.run(until: .seconds(60))
        // A reload lets one call decide.
        #expect(world.calls.count { $0.model == "p-1" && $0.time >= .seconds(6) } == 2)
        for model in ["p-0", "p-2"] { #expect(world.calls.count { $0.model == model } >= 19) }
        #expect(world.lines.count { $0.contains("rate_limited") } == 1)
        let kept = try #require(world.kept.first { $0.scope == .target(targets[1].id, provider: "p") })
        #expect(kept.cause == .rateLimited)
        let after = World(start: start + .seconds(60))
        await after.put(targets, standOffs: [kept])
        await after.run(until: .seconds(60))
        #expect(after.calls.count { $0.model == "p-1" } == 0 && after.calls.count >= 38)
    }

    /// However many are limited at the same moment.
    @Test func whoIsNotLimitedIsCalledBesideManyWhoAre() async {
        let world = World(start: start)
        world.answer { target, time in
            target.model != "p-0" && time >= .seconds(10)
                ? ProbeFailure(.rateLimited, "slow down", retryAfter: .seconds(37_000)) : nil
        }
        await world.put(targets(10, of: "p", interval: .seconds(5)))
        await world.run(until: .seconds(600))
        let times = world.calls.filter { $0.model == "p-0" }.map(\.time)
        #expect(times.count >= 90)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 <= .seconds(9 * 15) })
        #expect(world.calls.count { $0.model != "p-0" && $0.time >= .seconds(10) } == 9)
    }

    @Test func theRateIsKeptAndTheTimerArmedForIt() async {
        let world = World(start: start)
        await world.put(targets(30, of: "p", requestsPerMinute: 10))
        await world.run(until: .seconds(170))
        #expect(world.calls.count >= 28)
        for (earlier, later) in zip(world.calls, world.calls.dropFirst(10)) {
            #expect(later.time - earlier.time >= .seconds(60))
        }
        #expect(await world.runner.isHealthy)
        await world.run(until: .seconds(200))
        #expect(world.calls.count >= 30)
    }

    @Test func slotsThatTheRateHasNoRoomForAreSkipped() async {
        let world = World(start: start)
        await world.put(targets(30, of: "p", interval: .seconds(60), requestsPerMinute: 10))
        await world.run(until: .seconds(600))
        #expect((95...101).contains(world.calls.count))
        let text = await world.text()
        #expect(!text.contains(#"provider="p",reason="rate"} 0"#))
    }

    @Test func aRestartForgetsNoStandOff() async throws {
        let targets = targets(20, of: "p")
        let world = World(start: start)
        world.answer { _, _ in ProbeFailure(.quota, "used up") }
        await world.put(targets)
        await world.run(until: .seconds(600))
        let before = world.calls.count
        let kept = try #require(world.kept.first { $0.scope == .provider("p") })
        #expect(kept.cause == .quota && kept.end == start + .seconds(3600))
        let after = World(start: start + .seconds(600))
        await after.put(targets, standOffs: [kept])
        await after.run(until: .seconds(2999))
        #expect(before <= 4 && after.calls.isEmpty)
        #expect(after.lines == ["notice: p: calls were paused (quota); no probes for 50m"])
        await after.run(until: .seconds(3600))
        #expect(Set(after.calls.map(\.model)).count == 20)
        #expect(after.kept.contains { $0.scope == .provider("p") && $0.end == nil })
    }
}
