import PrompterCore
import PrompterDaemon
import Testing

/// Those who ask the runner for a version, in virtual time.
struct RunnerQuestionTests {
    private let provider = Provider(name: "p", dialect: .openAICompatible, baseURL: "https://p", concurrency: 2)

    /// Asks, and lets the world go on until each has its reply.
    private func ask(_ world: World, _ targets: [Target]) async -> [Reply] {
        let asking = targets.map { target in
            Task { await world.runner.ask(target, within: .seconds(60)) }
        }
        let done = Locked(false)
        let waiting = Task {
            var replies: [Reply] = []
            for one in asking { replies.append(await one.value) }
            done.withLock { $0 = true }
            return replies
        }
        while !done.withLock(\.self) {
            await world.run(until: world.time + .milliseconds(10))
            // Who asks needs a thread, too.
            await Task.yield()
        }
        return await waiting.value
    }

    @Test func manyWhoAskShareOneCall() async {
        let world = World(start: Timestamp(milliseconds: 1_790_000_000_000))
        let target = Target(provider: provider, model: "m", interval: .seconds(3600))
        let replies = await ask(world, Array(repeating: target, count: 50))
        #expect(replies.count == 50 && world.calls.count == 1)
        for reply in replies {
            guard case .answer(let answer) = reply else {
                Issue.record("\(reply)")
                continue
            }
            #expect(answer.version.resolvedModel == "m-1")
        }
    }

    @Test func aFailureIsToldAsItIs() async {
        let world = World(start: Timestamp(milliseconds: 1_790_000_000_000))
        let failure = ProbeFailure(.serverError, "503")
        world.answer { target, _ in target.model == "b" ? failure : nil }
        let targets = ["a", "b", "c"].map { Target(provider: provider, model: $0, interval: .seconds(3600)) }
        let replies = await ask(world, targets)
        #expect(replies.filter { $0 == .failure(failure) }.count == 1 && replies.count == 3)
    }

    @Test func whoAsksAfterTheStopIsToldSo() async {
        let world = World(start: Timestamp(milliseconds: 1_790_000_000_000))
        await world.runner.stop(within: .zero)
        let target = Target(provider: provider, model: "m", interval: .seconds(3600))
        #expect(await world.runner.ask(target, within: .seconds(60)) == .notMade(.stopping))
        #expect(world.calls.isEmpty)
    }
}
