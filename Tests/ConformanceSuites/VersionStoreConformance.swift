public import PrompterCore
import Testing

/// What every ``VersionStore`` promises. Each check is given an empty store.
public enum VersionStoreConformance {
    private static let now = Timestamp(milliseconds: 1_764_000_000_000)

    public static func tellsEventsOnce(_ store: some VersionStore) async throws {
        let target = try target(1)
        let first = try observation(1, of: target, "a", at: now)
        var recorded = try await store.record([finding(first)], at: now)[0]
        #expect(recorded.isNews && recorded.isNewVersion && recorded.events == [Event(.first, of: first)])
        #expect(try await store.record([], at: now) == [])
        #expect(try await store.record([finding(first)], at: now) == [Recorded(isNews: false)])

        // What comes in the beginning is new, and raises nothing.
        for index in 2...60 {
            let name = index == 5 ? "b" : "a"
            let seen = try observation(UInt64(index), of: target, name, at: now + .seconds(index))
            recorded = try await store.record([finding(seen)], at: now + .seconds(index))[0]
            #expect(recorded.events == [] && recorded.isNewVersion == (index == 5))
        }
        var told: [Event] = []
        for index in 61...66 {
            let seen = try observation(UInt64(index), of: target, "c", at: now + .seconds(index))
            recorded = try await store.record([finding(seen)], at: now + .seconds(index))[0]
            #expect(recorded.isNewVersion == (index == 61))
            told += recorded.events
        }
        #expect(told.map(\.kind) == [.appeared, .replaced] && told.map(\.value) == ["c", "c"])
        #expect(told.last?.previous == ["a"] && told.last?.isConfirmed == false)
    }

    /// What a target's attempts make known, one a step: `nil` is an answer.
    private static func tell(
        _ store: some VersionStore, _ target: TargetID,
        _ steps: [(slot: Int64, failure: FailedAttempt?, expected: [Event.Kind])]
    ) async throws {
        for (index, step) in steps.enumerated() {
            let time = now + .seconds(index)
            var answer = try observation(UInt64(index), of: target, "a", at: time)
            answer.slot = step.slot
            var given = finding(answer)
            if var attempt = step.failure {
                attempt.slot = step.slot
                attempt.time = time
                given = .failure(attempt)
            }
            let events = try await store.record([given], at: now + .seconds(100))[0].events.map(\.kind)
            #expect(events.filter { $0 != .first } == step.expected, "step \(index)")
        }
    }

    /// A model that the provider no longer knows, and knows again, is told of once each: once a second answer confirms it,
    /// in the same slot or in the next.
    public static func tellsOfAModelThatIsGone(_ store: some VersionStore) async throws {
        let target = try target(1)
        func fail(_ failureClass: FailureClass, isConfirmation: Bool = false) -> FailedAttempt {
            FailedAttempt(
                target: target, time: now, failureClass: failureClass, isConfirmation: isConfirmation)
        }
        let (gone, confirmed) = (fail(.notFound), fail(.notFound, isConfirmation: true))
        try await tell(
            store, target,
            [
                (1, gone, []), (1, fail(.invalidRequest, isConfirmation: true), []), (2, nil, []),
                // The same answer told again, as after a restart.
                (3, gone, []), (3, gone, []), (3, confirmed, [.notFound]), (4, gone, []), (4, confirmed, []),
                (5, fail(.timeout), []), (6, nil, [.found]),
                // A confirmation of another kind of answer.
                (7, nil, []), (7, confirmed, []), (8, gone, [.notFound]), (9, nil, [.found]),
                // What nobody answered meanwhile neither confirms it nor makes it begin anew.
                (10, gone, []), (10, fail(.timeout), []), (10, gone, []), (11, fail(.connection), []),
                (12, gone, [.notFound]), (13, gone, []),
            ])
        #expect(try await store.memory(of: [target])[target]?.trouble.isNotFound == true)
        let late = finding(try observation(90, of: target, "a", at: now + .milliseconds(500)))
        #expect(try await store.record([late], at: now + .seconds(60))[0].events == [])
        #expect(try await store.memory(of: [target])[target]?.trouble.isNotFound == true)
    }

    /// A target that used to work and is refused for five slots is told of once, and once when it works again.
    public static func tellsOfATargetThatIsRefused(_ store: some VersionStore) async throws {
        let reason = SafeText("status 400: no")
        func fail(_ failureClass: FailureClass, _ scope: FailureScope = .target) throws -> FailedAttempt {
            FailedAttempt(
                target: try target(1), time: now, failureClass: failureClass, scope: scope, reason: reason)
        }
        for (number, refusal) in [
            try fail(.invalidRequest), try fail(.malformed), try fail(.noVersion), try fail(.address), try fail(.auth),
        ].enumerated() {
            var refusal = refusal
            refusal.target = try target(number)
            let other = try fail(number == 0 ? .noVersion : .invalidRequest)
            let trouble = [
                try fail(.timeout), try fail(.serverError), try fail(.connection), try fail(.quota),
                try fail(.rateLimited), try fail(.auth, .provider), other,
            ].map { attempt -> FailedAttempt in
                var attempt = attempt
                attempt.target = refusal.target
                return attempt
            }
            try await tell(
                store, refusal.target,
                [
                    (1, nil, []), (7, refusal, []), (7, refusal, []), (7, refusal, []), (8, refusal, []),
                    // What says nothing of the request neither counts nor begins anew.
                    (9, trouble[0], []), (9, trouble[1], []), (10, trouble[2], []), (11, trouble[3], []),
                    (12, trouble[4], []), (13, trouble[5], []), (14, refusal, []), (15, trouble[6], []),
                    (16, refusal, [.refused]), (17, refusal, []), (18, trouble[6], []), (19, refusal, []),
                    (20, nil, [.accepted]),
                ])
        }
        // Nobody knows that what never worked should.
        let never = try target(99)
        var refusal = try fail(.invalidRequest)
        refusal.target = never
        for slot in 1...9 { try await tell(store, never, [(Int64(slot), refusal, [])]) }
        #expect(try await store.memory(of: [never])[never]?.trouble.refusedSlots == 9)
    }

    /// What a target went through makes it told of later: one that was refused once in three slots is told of after 19.
    public static func learnsHowOftenATargetIsRefused(_ store: some VersionStore) async throws {
        let target = try target(1)
        let refusal = FailedAttempt(target: target, time: now, failureClass: .invalidRequest)
        var steps: [(slot: Int64, failure: FailedAttempt?, expected: [Event.Kind])] = [
            (1, nil, []), (2, refusal, []), (3, nil, []),
        ]
        steps += (4...21).map { ($0, refusal, []) }
        try await tell(store, target, steps + [(22, refusal, [.refused]), (23, nil, [.accepted])])
        let history = try await store.memory(of: [target])[target]?.trouble.history
        #expect(history == RefusalHistory(answers: 3, refusals: 3, runs: 2))
    }

    /// The reason is told, and is no part of the event's id: who did not ask does not know it.
    public static func tellsWhyATargetIsRefused(_ store: some VersionStore) async throws {
        for (number, reason) in [SafeText("why"), nil].enumerated() {
            let target = try target(number)
            _ = try await store.record([finding(try observation(1, of: target, "a", at: now))], at: now)
            var events: [Event] = []
            for slot in 1...5 {
                let attempt = FailedAttempt(
                    target: target, slot: Int64(slot), time: now + .seconds(slot), failureClass: .invalidRequest,
                    reason: reason)
                events += try await store.record([.failure(attempt)], at: now)[0].events
                let unknown = FailedAttempt(target: target, slot: 5, time: now, failureClass: .invalidRequest)
                #expect(slot < 5 || events.map(\.id) == [Event(refusedBy: unknown).id])
            }
            #expect(events.map(\.value) == [reason == nil ? "invalid_request" : "invalid_request: why"])
        }
    }

    /// A lookup that fails beside a completion is known until one works; what another instance met says nothing of it.
    public static func keepsWhyTheLookupFails(_ store: some VersionStore) async throws {
        let target = try target(1)
        let steps: [(failure: FailureClass?, imported: Bool, age: Int, expected: FailureClass?)] = [
            (nil, false, 0, nil), (.address, false, 1, .address), (nil, true, 2, .address),
            (.timeout, false, 3, .timeout), (.auth, false, 2, .timeout), (nil, false, 4, nil), (.auth, true, 5, nil),
        ]
        for (index, step) in steps.enumerated() {
            var seen = try observation(UInt64(index), of: target, "a", at: now + .seconds(step.age))
            seen.lookupFailure = step.failure
            _ = try await store.record([.observation(seen, imported: step.imported)], at: now + .seconds(60))
            let memory = try await store.memory(of: [target])[target]
            #expect(memory?.lookupFailure == step.expected, "step \(index)")
        }
    }

    /// An observation that comes late and shows that an alarm was false corrects it, once; one that changes nothing does not.
    public static func correctsWhatALateObservationRefutes(_ store: some VersionStore) async throws {
        let target = try target(1)
        func record(_ id: UInt64, _ name: String, _ seconds: Int) async throws -> [Event] {
            let seen = try observation(id, of: target, name, at: now + .seconds(seconds))
            return try await store.record([finding(seen)], at: now + .seconds(100))[0].events
        }
        for index in 0..<60 { _ = try await record(UInt64(index), "a", index) }
        var replaced: [Event] = []
        for index in 0..<4 { replaced += try await record(UInt64(100 + index), "b", 70 + 2 * index) }
        #expect(replaced.map(\.kind) == [.appeared, .replaced])
        #expect(try await record(110, "a", 60) == [])
        let corrected = try await record(111, "a", 73)
        #expect(corrected.map(\.kind) == [.corrected] && corrected[0].previous == [replaced[1].id])
        #expect(try await record(112, "a", 75) == [])
        let life = try #require(try await store.memory(of: [target])[target]?.life[.model])
        #expect(life.members.map(\.value) == ["a", "b"] && life.members.map(\.isSettled) == [true, false])
    }

    public static func knowsAnObservationByTimeAndID(_ store: some VersionStore) async throws {
        let target = try target(1)
        let seen = try observation(7, of: target, "a", at: now)
        var later = seen
        later.time = now + .milliseconds(1)
        let recorded = try await store.record([finding(seen), finding(seen)], at: now)
        #expect(recorded.map(\.isNews) == [true, false])
        let before = try await store.memory(of: [target])
        #expect(try await store.record([.observation(seen, imported: true)], at: now) == [Recorded(isNews: false)])
        #expect(try await store.memory(of: [target]) == before)
        #expect(try await store.record([finding(later)], at: now).map(\.isNews) == [true])
        #expect(try await store.memory(of: [target])[target]?.versions.first?.sightings == 2)
    }

    /// Ids are whole words: the highest bit is one of them.
    public static func tellsAnyTwoIDsApart(_ store: some VersionStore) async throws {
        let target = try target(1)
        let ids: [UInt64] = [0, 1, 1 << 63, .max]
        let findings = try ids.map { finding(try observation($0, of: target, "a", at: now)) }
        #expect(try await store.record(findings, at: now).map(\.isNews) == [true, true, true, true])
        #expect(try await store.record(findings, at: now).map(\.isNews) == [false, false, false, false])
    }

    public static func seesTheSameInAnyOrder(
        _ store: some VersionStore, _ other: some VersionStore
    ) async throws {
        var random = SeededGenerator(seed: 3)
        let target = try target(1)
        // Long enough for checkpoints, a switch, and values that are retired and return.
        let findings = try (0..<230).map { index in
            let names = index < 80 ? ["a", "b", "c"] : index < 160 ? ["d"] : ["e", "a"]
            let name = names[index % names.count]
            return finding(try observation(UInt64(index), of: target, name, at: now + .seconds(index * 3600)))
        }
        let end = now + .seconds(230 * 3600)
        let told = try await events(of: findings, in: store, at: end)
        let memory = try #require(try await store.memory(of: [target])[target])
        #expect(told.count > 4)
        #expect(memory.versions.map(\.identity.key) == ["a", "e", "d", "b", "c"])
        #expect(memory.versions.map(\.sightings) == [27 + 35, 35, 80, 27, 26])
        #expect(memory.versions[0].firstSeen == now && memory.versions[0].lastSeen == now + .seconds(229 * 3600))

        let toldOther = try await events(of: findings.shuffled(using: &random), in: other, at: end)
        #expect(try await other.memory(of: [target])[target]?.life == memory.life)
        #expect(try await other.memory(of: [target])[target]?.versions == memory.versions)
        #expect(toldOther == told)
    }

    /// What the events that hold are about, each with its number.
    private static func events(
        of findings: [Finding], in store: some VersionStore, at now: Timestamp
    ) async throws -> [String: Int] {
        var told: [Event] = []
        for finding in findings { told += try await store.record([finding], at: now)[0].events }
        let corrected = Set(told.filter { $0.kind == .corrected }.flatMap(\.previous))
        return told.filter { $0.kind != .corrected && $0.kind != .first && !corrected.contains($0.id) }
            .reduce(into: [:]) { $0["\($1.kind) \($1.signal?.rawValue ?? "") \($1.value)", default: 0] += 1 }
    }

    public static func keepsFailuresApartFromVersions(_ store: some VersionStore) async throws {
        let target = try target(1)
        func fail(_ failureClass: FailureClass, after seconds: Int) -> Finding {
            .failure(FailedAttempt(target: target, time: now + .seconds(seconds), failureClass: failureClass))
        }
        _ = try await store.record([fail(.timeout, after: 0), fail(.auth, after: 1)], at: now)
        let failed = TargetMemory(
            lastAttempt: now + .seconds(1), trouble: Trouble(failure: .auth, failures: 2))
        #expect(try await store.memory(of: [target]) == [target: failed])

        // An older success, imported late, ends no trouble; nor is an older failure the last.
        _ = try await store.record([finding(try observation(1, of: target, "a", at: now))], at: now)
        _ = try await store.record([fail(.quota, after: 0)], at: now)
        var memory = try #require(try await store.memory(of: [target])[target])
        #expect(memory.lastAttempt == now + .seconds(1) && memory.failure == .auth && memory.failures == 2)
        #expect(memory.lastSuccess == now && memory.versions.count == 1)

        _ = try await store.record([finding(try observation(2, of: target, "a", at: now + .seconds(2)))], at: now)
        memory = try #require(try await store.memory(of: [target])[target])
        #expect(memory.lastAttempt == now + .seconds(2) && memory.failure == nil && memory.failures == 0)
    }

    public static func letsNothingFromTheFutureMoveAnything(_ store: some VersionStore) async throws {
        let target = try target(1)
        let limit = now + Recorded.clockTolerance
        let suspect = try observation(1, of: target, "a", at: limit + .milliseconds(1))
        let failure = FailedAttempt(target: target, time: limit + .milliseconds(1), failureClass: .timeout)
        #expect(try await store.record([finding(suspect), .failure(failure)], at: now).map(\.events) == [[], []])
        #expect(try await store.memory(of: [target]) == [:])
        #expect(try await store.record([finding(suspect)], at: now) == [Recorded(isNews: false)])

        let trusted = try observation(2, of: target, "a", at: limit)
        #expect(try await store.record([finding(trusted)], at: now)[0].events.map(\.kind) == [.first])
        #expect(try await store.memory(of: [target])[target]?.versions.map(\.sightings) == [1])
    }

    public static func remembersManyTargets(_ store: some VersionStore) async throws {
        let targets = try (0..<300).map(target)
        let findings = try targets.dropLast().enumerated().map {
            finding(try observation(UInt64($0.offset), of: $0.element, "v\($0.offset)", at: now))
        }
        _ = try await store.record(findings, at: now)
        let memory = try await store.memory(of: targets + targets)
        #expect(memory.count == 299)
        for (index, target) in targets.dropLast().enumerated() {
            #expect(memory[target]?.versions.map(\.identity.resolvedModel) == ["v\(index)"])
            #expect(memory[target]?.versions.map(\.sightings) == [1])
        }
        #expect(try await store.memory(of: []) == [:])
    }

    /// However many versions a target has had, those seen last are remembered, and a new one is still told from an old one.
    public static func remembersTheVersionsSeenLast(_ store: some VersionStore) async throws {
        let target = try target(1)
        let findings = try (0..<300).map { index in
            // In no order of their times.
            let place = index * 7 % 300
            return finding(try observation(UInt64(index), of: target, "v\(place)", at: now + .seconds(place)))
        }
        let end = now + .seconds(300)
        #expect(try await store.record(findings, at: end).allSatisfy(\.isNewVersion))
        let memory = try #require(try await store.memory(of: [target])[target])
        let latest = (0..<TargetMemory.mostVersions).map { "v\(299 - $0)" }
        #expect(memory.versions.map(\.identity.resolvedModel) == latest)
        let again = try await store.record([finding(try observation(999, of: target, "v3", at: end))], at: end)
        #expect(again.map(\.isNewVersion) == [false])
        #expect(try await store.memory(of: [target])[target]?.versions.first?.sightings == 2)
    }

    /// Whoever takes over what each finding left knows what the store knows, also of a version that had left the latest.
    public static func tellsWhatAFindingLeft(_ store: some VersionStore) async throws {
        let target = try target(1)
        var mirror = TargetMemory()
        let names = (0...TargetMemory.mostVersions).map { "v\($0)" } + ["v0", "v0"]
        for (index, name) in names.enumerated() {
            let time = now + .seconds(index)
            var seen = try observation(UInt64(index), of: target, name, at: time)
            seen.learned = index.isMultiple(of: 2) ? CallVariant(form: .responses) : .usual
            seen.lookupFailure = index.isMultiple(of: 3) ? .timeout : nil
            let failure = Finding.failure(
                FailedAttempt(target: target, time: time - .seconds(index % 2), failureClass: .invalidRequest))
            for recorded in try await store.record([finding(seen), failure], at: time) { mirror.take(recorded) }
            #expect(try await store.memory(of: [target])[target] == mirror, "step \(index)")
        }
        #expect(mirror.versions.first?.sightings == 3 && mirror.versions.first?.firstSeen == now)
    }

    /// A batch may hold all there is to write. Of a stand-off the last word counts, and one that is over is there no more.
    public static func keepsTheLastWordOnEachStandOff(_ store: some VersionStore) async throws {
        let called = calledTarget(1)
        func standOff(_ scope: StandOff.Scope, _ repetitions: Int) -> StandOff.Kept {
            StandOff.Kept(scope: scope, cause: .quota, end: now + .seconds(repetitions), repetitions: repetitions)
        }
        let scopes: [StandOff.Scope] = [
            .provider("p"), .provider("q"), .target(called.id, provider: "p"),
        ]
        var batch = StoreBatch(findings: [finding(try observation(1, of: called.id, "a", at: now))])
        batch.watchlist = watchlist(targets: [called], expecting: [["b"]])
        batch.standOffs = scopes.map { standOff($0, 1) } + [standOff(scopes[0], 2)]
        let recorded = try await store.write(batch, at: now)
        // The watchlist came first.
        #expect(recorded.map { $0.events.map(\.kind) } == [[.first, .unexpected]])
        #expect(
            Set(try await store.standOffs()) == [
                standOff(scopes[0], 2), standOff(scopes[1], 1), standOff(scopes[2], 1),
            ])

        var later = StoreBatch()
        later.standOffs = [standOff(scopes[0], 3), standOff(scopes[1], 1).ended, standOff(scopes[2], 1).ended]
        #expect(try await store.write(later, at: now).isEmpty)
        #expect(try await store.standOffs() == [standOff(scopes[0], 3)])
        #expect(try await store.memory(of: [called.id])[called.id]?.lastAttempt == now)
    }

    /// Names are kept to the byte, whatever the provider put into them.
    public static func keepsNamesAsTheyAre(_ store: some VersionStore) async throws {
        let target = try target(1)
        for (index, name) in ["a\u{0}b", "'; DROP TABLE versions; --", "模型🙂", " a ", "\n\"\\"].enumerated() {
            let version = try #require(VersionIdentity(resolvedModel: name, fingerprint: "f\(name)"))
            let seen = Observation(
                id: UInt64(index), target: target, slot: 1, time: now + .seconds(index), version: version)
            _ = try await store.record([finding(seen)], at: now)
            #expect(try await store.memory(of: [target])[target]?.versions.first?.identity.resolvedModel == name)
            #expect(try await store.memory(of: [target])[target]?.versions.first?.identity.fingerprint == "f\(name)")
        }
    }

    /// A version is what names the model. What a provider tells beside it comes and goes as a signal of its own.
    public static func knowsNoVersionByItsMetadata(_ store: some VersionStore) async throws {
        let target = try target(1)
        var kinds: [String] = []
        for hour in 1...60 {
            var seen = try observation(UInt64(hour), of: target, "m", at: now + .seconds(hour * 3600))
            seen.shows = [.model, .metadata]
            seen.metadata = hour < 40 ? "one" : "two"
            let recorded = try await store.record([finding(seen)], at: seen.time)[0]
            #expect(recorded.isNewVersion == (hour == 1))
            kinds += recorded.events.map { "\($0.kind) \($0.signal?.rawValue ?? "") \($0.value)" }
        }
        let memory = try #require(try await store.memory(of: [target])[target])
        #expect(memory.versions.map(\.sightings) == [60] && memory.versions.map(\.identity.name) == ["m"])
        #expect(memory.life[.metadata]?.members.map(\.value).contains("two") == true)
        #expect(kinds.contains("appeared metadata two"))
        #expect(memory.life.state(of: memory.versions[0].identity) == .live)
    }

    /// Every store does what the ledger does, batch by batch, for any findings.
    public static func agreesWithTheLedger(seed: UInt64, _ store: some VersionStore) async throws {
        var random = SeededGenerator(seed: seed)
        var ledger = VersionLedger()
        let targets = (0..<3).map { calledTarget($0).id }
        let names: [(String?, String?)] = [("m", nil), ("m", "m"), ("m", "f"), (nil, "f"), (nil, "m"), ("n", "f")]
        var versions = try names.map { try #require(VersionIdentity(resolvedModel: $0.0, fingerprint: $0.1)) }
        versions.append(try #require(VersionIdentity(resolvedModel: "m", fingerprint: nil, digest: "d")))
        let watchlist = watchlist(
            targets: (0..<3).map(calledTarget), expecting: [["n"], ["f*"], ["m", "d"]])
        var mirrors: [TargetID: TargetMemory] = [:]
        ledger.register(watchlist)
        try await store.register(watchlist, at: now)
        var given: [Finding] = []
        for _ in 0..<12 {
            let wall = now + .seconds(Int.random(in: -200...200, using: &random))
            let batch = (0..<Int.random(in: 1...8, using: &random)).map { _ -> Finding in
                let target = targets.randomElement(using: &random)!
                let time = now + .seconds(Int.random(in: -300...300, using: &random))
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<2 where !given.isEmpty: return given.randomElement(using: &random)!
                case 2..<4:
                    let failureClass = FailureClass.allCases.randomElement(using: &random)!
                    return .failure(
                        FailedAttempt(
                            target: target, slot: Int64.random(in: 0...9, using: &random), time: time,
                            failureClass: failureClass,
                            scope: [.target, .provider].randomElement(using: &random)!,
                            isConfirmation: Bool.random(using: &random)))
                default:
                    let seen = Observation(
                        id: UInt64.random(in: 0...3, using: &random) << 62, target: target,
                        slot: time.milliseconds / 60_000, time: time, version: versions.randomElement(using: &random)!,
                        metadata: [nil, "s", "t", "u"].randomElement(using: &random)!,
                        shows: Bool.random(using: &random) ? .completion : [.model, .digest, .metadata],
                        isConfirmation: Bool.random(using: &random),
                        retirement: Int.random(in: 0..<20, using: &random) == 0 ? time : nil,
                        learned: [nil, .usual, CallVariant(form: .responses)].randomElement(using: &random)!)
                    return .observation(seen, imported: Bool.random(using: &random))
                }
            }
            given += batch
            let expected = batch.map { ledger.record($0, at: wall) }
            let recorded = try await store.record(batch, at: wall)
            #expect(recorded == expected, "seed \(seed)")
            for (finding, recorded) in zip(batch, recorded) where recorded.update != nil {
                mirrors[finding.target, default: TargetMemory()].take(recorded)
            }
            let memory = try await store.memory(of: targets)
            for target in targets {
                #expect(memory[target] == ledger.memory(of: target), "seed \(seed)")
                #expect(memory[target] == mirrors[target], "seed \(seed)")
            }
        }
    }

    /// Each of them has a watch for each of `expectations`.
    static func watchlist(targets: [Target], expecting expectations: [[String]]) -> Watchlist {
        let watches = targets.flatMap { target in
            expectations.enumerated().map { index, patterns in
                let key = Watch.Key(
                    org: "o", workspace: "w", template: "t-\(index)", provider: target.provider.name,
                    model: target.model)
                return Watch(key: key, target: target, expectation: Expectation(patterns))
            }
        }
        return Watchlist(watches: watches, targets: targets)
    }

    static func calledTarget(_ number: Int) -> Target {
        Target(provider: Provider(name: "p", dialect: .stub), model: "m-\(number)")
    }

    private static func target(_ number: Int) throws -> TargetID {
        try #require(TargetID(SHA256.digest("\(number)".utf8)))
    }

    private static func observation(
        _ id: UInt64, of target: TargetID, _ model: String, at time: Timestamp
    ) throws -> Observation {
        let version = try #require(VersionIdentity(resolvedModel: model, fingerprint: nil))
        return Observation(
            id: id, target: target, slot: time.milliseconds / 3_600_000, time: time, version: version)
    }

    private static func finding(_ observation: Observation) -> Finding {
        .observation(observation, imported: false)
    }
}
