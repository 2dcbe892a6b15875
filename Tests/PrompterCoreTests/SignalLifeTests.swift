import ConformanceSuites
import Testing

@testable import PrompterCore

/// One signal's life, success by success.
@Suite(.ownThread) struct SignalLifeTests {
    private let rules = LifeRules()

    private func follow(
        _ values: [String?], signal: Signal = .model, interval: Duration = .seconds(3600)
    ) -> Simulation<Evidence> {
        Simulation(.list(values), slots: values.count, signal: signal, seed: 1, interval: interval)
    }

    private func many(_ value: String?, _ count: Int) -> [String?] {
        Array(repeating: value, count: count)
    }

    @Test func theBeginningRaisesNothing() {
        let simulation = follow((0..<rules.beginning).map { "v\($0 % 4)" })
        #expect(simulation.told.isEmpty)
        #expect(simulation.rule.life.members.map(\.value) == ["v0", "v1", "v2", "v3"])
    }

    @Test func anAlarmSaysWhatItRestsOn() throws {
        let simulation = follow(many("a", 200) + many("b", 3))
        #expect(simulation.told.map(\.news.kind) == [.appeared, .replaced])
        let alarm = try #require(simulation.rule.changes.last)
        #expect(alarm.value == "b" && alarm.previous == ["a"] && alarm.isConfirmed == true)
        #expect(alarm.evidence.map(\.value) == ["a", "b", "b"])
        #expect(alarm.previousSince == Timestamp(milliseconds: 1_764_000_000_000))
    }

    /// Where a slot has no room for confirmations, the next slots' answers carry the alarm, and it says so.
    @Test func anAlarmWithoutConfirmationsSaysSo() throws {
        var rule = Evidence(.model)
        let start = Timestamp(milliseconds: 1_764_000_000_000)
        for slot in 0..<203 {
            _ = rule.take(slot < 200 ? "a" : "b", time: start + .seconds(slot * 3600), isConfirmation: false)
        }
        let alarm = try #require(rule.changes.last)
        #expect(alarm.kind == .replaced && alarm.isConfirmed == false)
    }

    /// Of what took turns with the settled values, too.
    @Test func anAlarmNamesAllThatAnsweredBefore() throws {
        let values = (0..<300).map { "fp_\($0 % 3)" as String? } + many("fp_x", 20)
        let alarm = try #require(follow(values, signal: .fingerprint).rule.changes.first { $0.kind == .replaced })
        #expect(Set(alarm.previous) == ["fp_0", "fp_1", "fp_2"])
    }

    /// One last answer of what was replaced is no return, or what serves by then would go untold.
    @Test(arguments: [(25, 8), (31, 14), (200, 5), (1000, 15)], [1, 3])
    func aStragglerIsNoReturn(_ answers: (old: Int, new: Int), _ stragglers: Int) throws {
        var rule = Evidence(.model)
        var told: [AlarmNews] = []
        var time = Timestamp(milliseconds: 1_764_000_000_000)
        func take(_ value: String) {
            time = time + .seconds(3600)
            told += rule.take(value, time: time, isConfirmation: false)
            var made = 0
            while rule.wantsConfirmation(made: made) {
                made += 1
                told += rule.take("b", time: time + .seconds(made), isConfirmation: true)
            }
        }
        for _ in 0..<answers.old { take("a") }
        for _ in 0..<answers.new { take("b") }
        for _ in 0..<stragglers {
            take("a")
            for _ in 0..<12 { take("b") }
        }
        for _ in 0..<600 { take("b") }
        #expect(told.filter { $0.kind != .appeared && $0.kind != .retired } == [AlarmNews(.replaced, "b")])
        #expect(rule.life.members.filter(\.isSettled).map(\.value) == ["b"])
    }

    /// An alarm that a chance raised is taken back once what it replaced has been the rule again, also where it is not alone.
    @Test func anAlarmThatWasAMistakeIsTakenBack() {
        let values = many("a", 1000) + many("b", 2) + many("a", 9) + many("b", 1) + many("a", 30)
        var rule = Evidence(.model)
        var told: [AlarmNews] = []
        for (slot, value) in (values + many("b", 100)).enumerated() {
            let time = Timestamp(milliseconds: 1_764_000_000_000 + Int64(slot) * 3_600_000)
            told += rule.take(value, time: time, isConfirmation: false)
        }
        let alarms = told.filter { [.replaced, .returned].contains($0.kind) }
        #expect(alarms == [AlarmNews(.replaced, "b"), AlarmNews(.returned, "a"), AlarmNews(.replaced, "b")])
    }

    /// A return is weighed as any alarm is, and says whether it was confirmed.
    @Test func aReturnInTheBeginningIsConfirmed() throws {
        let simulation = follow(many("a", 200) + many("b", 8) + many("a", 20))
        let back = try #require(simulation.rule.changes.first { $0.kind == .returned })
        #expect(back.isConfirmed == true && back.value == "a" && back.previous == ["b"])
    }

    /// A known minority is a counter: it wants no confirmation, and is no event.
    @Test func whatIsProbableIsNoEvent() {
        let values = (0..<600).map { $0 % 10 == 9 ? "b" as String? : "a" }
        let simulation = follow(values)
        #expect(simulation.told(.appeared, .replaced, .returned).isEmpty)
        #expect(!simulation.rule.wantsConfirmation(made: 0))
    }

    /// The slots in which values are retired, where nothing is confirmed.
    private func retired(_ values: [String], interval: Int = 3600) -> [Int] {
        var rule = Evidence(.model)
        let start = Timestamp(milliseconds: 1_764_000_000_000)
        return values.indices.filter { slot in
            rule.take(values[slot], time: start + .seconds(slot * interval), isConfirmation: false)
                .contains { $0.kind == .retired }
        }
    }

    /// Many misses in a short time retire nothing: a burst of probes is no day.
    @Test func aMemberIsRetiredByMissesAndAge() {
        let values = Array(repeating: "a", count: 25) + ["b"] + Array(repeating: "a", count: 100)
        #expect(retired(values, interval: 60) == [])
        #expect(retired(values) == [25 + rules.retireAfter])
        #expect(retired(values, interval: 7200) == [25 + rules.retireAfter])
    }

    /// What comes and goes is told of once.
    @Test func whatComesBackQuietlyGoesQuietly() {
        #expect(retired((0..<2000).map { $0 % 150 == 149 ? "b" : "a" }) == [149 + rules.retireAfter])
    }

    /// That all settled values are gone is told by the alarm; nobody retires them before.
    @Test func theSettledSetIsNotRetiredAsAWhole() {
        let turns = (0..<12).flatMap { many($0 % 2 == 0 ? "a" : "b", 60) }
        let simulation = follow(many("a", 100) + turns)
        #expect(simulation.told(.retired).allSatisfy { $0.news.value == "b" })
    }

    @Test func aSignalThatCeasesIsMissingAndComesBack() {
        let simulation = follow(many("a", 25) + many(nil, 10) + ["a"])
        #expect(simulation.told.map(\.news.kind) == [.missing, .present])
        #expect(simulation.told[0].slot < 32 && simulation.told[1].slot == 35)
        // What is silent says nothing of who is gone.
        #expect(simulation.rule.life.members.map(\.value) == ["a"])
    }

    @Test func aSignalThatComesLateIsPresentAndHasABeginningOfItsOwn() {
        let simulation = follow(many(nil, 25) + (0..<rules.beginning).map { "v\($0 % 3)" })
        #expect(simulation.told.map(\.news.kind) == [.present])
    }

    /// As many as the evidence needs, and not more than four.
    @Test func confirmationsAreBounded() {
        let simulation = follow(many("a", 12) + ["b"])
        #expect(simulation.confirmations == rules.mostConfirmations && simulation.told(.replaced).count == 1)
        // Of a beginning of three too many would be needed.
        #expect(follow(many("a", 3) + ["b"]).confirmations == 0)
        #expect(follow(many("a", 2000) + ["b"]).confirmations == 1)
    }

    @Test func newValuesAreToldAFewTimesAYear() {
        let values = (0..<8766).map { $0 % 400 == 399 ? "n\($0)" as String? : "a" }
        let told = follow(values).told(.appeared).count
        #expect((5..<12).contains(told))
    }

    @Test func confidenceSaysWhatASignalIsWorth() {
        func confidence(_ signal: Signal, _ values: [String?], model: String) -> Confidence {
            follow(values, signal: signal).rule.life.confidence(model: model)
        }
        let pinned = Array(repeating: "gpt-4o-2024-08-06" as String?, count: 25)
        #expect(confidence(.model, pinned, model: "gpt-4o") == .proven)
        #expect(confidence(.model, pinned, model: "gpt-4o-2024-08-06") == .proven)
        #expect(confidence(.model, Array(repeating: "sonnet-5", count: 25), model: "sonnet-5") == .echo)
        #expect(confidence(.fingerprint, Array(repeating: nil, count: 25), model: "m") == .absent)
        #expect(confidence(.fingerprint, ["fp_f"] + Array(repeating: nil, count: 25), model: "m") == .absent)
        #expect(confidence(.fingerprint, (0..<25).map { "f\($0)" }, model: "m") == .noisy)
    }

    /// What a fingerprint is worth depends on who sends it.
    @Test(arguments: [
        ("fp_8b330d02d0_prod0820_fp8_kvcache_20260402", Confidence.proven), ("vllm-0.24.0-tp4-6d31f84d", .proven),
        ("0a1b2c3d4e5f", .proven), ("b4567-0a1b2c3d", .alias), ("b4567", .alias), ("fp_ollama", .alias),
        ("3.2.1-sha-4d28897", .alias), ("2.0.4-native", .alias), ("vllm-0.6.3", .alias), ("koboldcpp/1.90", .alias),
        ("0.21.1-0.22.0-macOS-14.5-arm64-applegpu_g13s", .alias),
    ]) func aServersBuildProvesNoModel(_ fingerprint: String, _ confidence: Confidence) {
        #expect(follow(many(fingerprint, 25), signal: .fingerprint).rule.life.confidence(model: "m") == confidence)
    }

    @Test(arguments: [
        ("prod-chat", "gpt-4o", Confidence.alias), ("llama3", "llama3:latest", .alias), ("gpt-4o", "gpt-4o", .echo),
        ("models/gemini-2.5-pro", "gemini-2.5-pro", .echo), ("gpt-4o", "gpt-4o-2024-08-06", .proven),
        ("gpt-4-1106-preview", "gpt-4-1106-preview", .proven),
        ("ft:gpt-4o-mini-2024-07-18:acme::x", "ft:gpt-4o-mini-2024-07-18:acme::x", .proven),
    ]) func aNameThatMerelyDiffersProvesNothing(_ asked: String, _ answered: String, _ confidence: Confidence) {
        #expect(follow(many(answered, 25)).rule.life.confidence(model: asked) == confidence)
    }

    @Test(arguments: [
        "gpt-4o-2024-08-06", "claude-sonnet-4-5-20250929", "gemini-2.5-pro-preview-03-25", "gpt-4-0613",
        "gemini-2.0-flash-001", "mistral-large-2411", "gpt-4-1106-preview", "gpt-4-0125-preview", "doubao-pro-241215",
        "qwen3-235b-2507-thinking", "claude-3-7-sonnet-20250219-v1:0", "gpt-4o-2024-11-20-global", "deepseek-r1-0528",
        "gemini-2.5-flash-preview-09-2025", "command-r-plus-08-2024", "step-2-16k-202411",
        "gemini-2.5-flash-preview-04-17-thinking",
    ]) func snapshotsAreTold(_ name: String) {
        #expect(Confidence.isSnapshot(name))
    }

    @Test(arguments: [
        "gpt-4o", "claude-sonnet-4-5", "gemini-flash-latest", "llama-3-70b", "grok-4", "2024", "", "llama-3.1-405",
        "phi-3-4096", "qwen-72b-1024",
        "gpt-4-turbo-8192", "qwen-2.5-32", "model-99999999",
    ])
    func aliasesAreNoSnapshots(_ name: String) {
        #expect(!Confidence.isSnapshot(name))
    }
}
