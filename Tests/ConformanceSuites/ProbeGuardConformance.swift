import PrompterCore
import Testing

/// What every ``ProbeGuard`` promises.
public enum ProbeGuardConformance {
    public static let promises: [ProbeGuardPromise] = [
        ProbeGuardPromise("admits a slot once, however many ask at once", admitsOnce),
        ProbeGuardPromise("answers each request of a batch, in their order", answersInOrder),
        ProbeGuardPromise("has the observation when the probe has ended", observes),
        ProbeGuardPromise("holds a slot while it is leased", holdsWhileLeased),
        ProbeGuardPromise("counts attempts and gives up after the third", countsAttempts),
        ProbeGuardPromise("gives up at once where the class forbids a retry", givesUpAtOnce),
        ProbeGuardPromise("honours Retry-After, for a day at most", honoursRetryAfter),
        ProbeGuardPromise("lets another take over a lease that ran out; the late one changes nothing", takesOver),
        ProbeGuardPromise("takes the late observation of a lease that nobody took over", takesLateObservation),
        ProbeGuardPromise("frees a slot that is given back", freesGivenBack),
        ProbeGuardPromise("ignores the outcome of a lease that is not the slot's", ignoresForeignOutcome),
        ProbeGuardPromise("passes any payload on as it is, failures too", passesPayloadsOn),
        ProbeGuardPromise("only reads for who may not call", onlyReads),
        ProbeGuardPromise("keeps a later slot free of what was in an earlier one", keepsSlotsApart),
    ]

    private static func slot(_ byte: UInt8 = 7, number: Int64 = 1, interval: Duration = .seconds(3600)) throws -> Slot {
        Slot(
            target: try #require(TargetID(Array(repeating: byte, count: 32))), interval: interval, number: number)
    }

    private static func moment(in slot: Slot) -> Moment {
        Moment(wall: slot.begin, uptime: Uptime(sinceStart: .seconds(100)))
    }

    private static func observation(of lease: Lease, fingerprint: String) throws -> Observation {
        Observation(
            id: lease.id, target: lease.slot.target, slot: lease.slot.number, time: lease.slot.begin + .seconds(2),
            version: try #require(VersionIdentity(resolvedModel: "model \"1\"\n", fingerprint: fingerprint)),
            usage: Usage(inputTokens: 8, outputTokens: nil), latency: .microseconds(1_234_567))
    }

    /// The time of a hold or of a lease that must be there.
    private static func held(_ admission: ProbeAdmission) throws -> Duration {
        guard case .held(let time) = admission else {
            Issue.record("not held but \(admission)")
            throw CancellationError()
        }
        return time
    }

    @Sendable private static func admitsOnce(_ subject: ProbeGuardSubject) async throws {
        let slot = try slot()
        let now = moment(in: slot)
        let answers = await withTaskGroup { group in
            for id in UInt64(1)...64 {
                group.addTask { await (id.isMultiple(of: 2) ? subject.first : subject.other).ask(slot, id, at: now) }
            }
            return await group.reduce(into: []) { $0.append($1.name) }
        }
        #expect(answers.count { $0 == "admitted" } == 1)
        #expect(answers.count { $0 == "held" } == 63)
    }

    @Sendable private static func answersInOrder(_ subject: ProbeGuardSubject) async throws {
        let slots = try (1...6).map { try slot(UInt8($0)) }
        let now = moment(in: slots[0])
        let observed = try await subject.other.lease(slots[0], 1, at: now)
        await subject.other.settle(observed, .observed(try observation(of: observed, fingerprint: "fp")), at: now)
        let failed = try await subject.other.lease(slots[2], 3, at: now)
        await subject.other.settle(failed, .failed(.quota, retryAfter: nil), at: now)
        _ = try await subject.other.lease(slots[4], 5, at: now)
        let requests = (slots + [slots[1]]).enumerated().map { index, slot in
            LeaseRequest(slot: slot, id: UInt64(10 + index), timeout: .seconds(3000), at: now.wall)
        }
        let answers = await subject.first.admit(requests, at: now)
        #expect(
            answers.map(\.name) == ["observed", "admitted", "failed", "admitted", "held", "admitted", "held"])
        let leases = answers.compactMap { if case .admitted(let lease) = $0 { lease } else { nil } }
        #expect(leases.map(\.id) == [11, 13, 15])
        #expect(await subject.first.admit([], at: now).isEmpty)
    }

    @Sendable private static func observes(_ subject: ProbeGuardSubject) async throws {
        let slot = try slot()
        var now = moment(in: slot)
        let lease = try await subject.first.lease(slot, 1, at: now)
        #expect(lease.attempt == 1)
        let observation = try observation(of: lease, fingerprint: "fp_1")
        await subject.first.settle(lease, .observed(observation), at: now)
        #expect(await subject.other.ask(slot, 2, at: now) == .observed(observation))
        try await subject.pass(.seconds(60), slot, &now)
        #expect(await subject.other.ask(slot, 3, at: now) == .observed(observation))
        #expect(await subject.first.ask(slot, 4, at: now) == .observed(observation))
    }

    @Sendable private static func holdsWhileLeased(_ subject: ProbeGuardSubject) async throws {
        let slot = try slot()
        var now = moment(in: slot)
        _ = try await subject.first.lease(slot, 1, at: now)
        let all = try held(await subject.other.ask(slot, 2, at: now))
        #expect(all > .seconds(2000) && all <= .seconds(3005))
        try await subject.pass(.seconds(2000), slot, &now)
        let rest = try held(await subject.other.ask(slot, 3, at: now))
        #expect(rest > .zero && rest <= .seconds(1005))
    }

    @Sendable private static func countsAttempts(_ subject: ProbeGuardSubject) async throws {
        let slot = try slot()
        var now = moment(in: slot)
        let first = try await subject.first.lease(slot, 1, at: now)
        await subject.first.settle(first, .failed(.timeout, retryAfter: .seconds(900)), at: now)
        #expect(try held(await subject.other.ask(slot, 2, at: now)) <= .seconds(900))
        #expect(try held(await subject.first.ask(slot, 3, at: now)) <= .seconds(900))
        try await subject.pass(.seconds(900), slot, &now)
        let second = try await subject.other.lease(slot, 4, at: now)
        #expect(second.attempt == 2)
        #expect(try held(await subject.first.ask(slot, 5, at: now)) > .seconds(900))
        await subject.other.settle(second, .failed(.serverError, retryAfter: .seconds(800)), at: now)
        let hold = try held(await subject.first.ask(slot, 6, at: now))
        #expect(hold > .zero && hold <= .seconds(800))
        try await subject.pass(.seconds(800), slot, &now)
        let third = try await subject.first.lease(slot, 7, at: now)
        #expect(third.attempt == 3)
        await subject.first.settle(third, .failed(.connection, retryAfter: .seconds(1)), at: now)
        #expect(await subject.other.ask(slot, 8, at: now) == .failed(.connection))
        #expect(await subject.first.ask(slot, 9, at: now) == .failed(.connection))
    }

    @Sendable private static func givesUpAtOnce(_ subject: ProbeGuardSubject) async throws {
        for (index, failureClass) in FailureClass.allCases.enumerated() {
            let slot = try slot(UInt8(index))
            let now = moment(in: slot)
            let lease = try await subject.first.lease(slot, 1, at: now)
            await subject.first.settle(lease, .failed(failureClass, retryAfter: .seconds(900)), at: now)
            let answer = await subject.other.ask(slot, 2, at: now)
            if failureClass.allowsRetry {
                #expect(answer.name == "held")
            } else {
                #expect(answer == .failed(failureClass))
            }
        }
    }

    @Sendable private static func honoursRetryAfter(_ subject: ProbeGuardSubject) async throws {
        for (byte, asked, least, most) in [(UInt8(1), 5000, 4000, 5000), (2, 1_000_000, 85_000, 86_400)] {
            let slot = try slot(byte, interval: .seconds(7 * 86_400))
            var now = moment(in: slot)
            let lease = try await subject.first.lease(slot, 1, at: now)
            await subject.first.settle(lease, .failed(.rateLimited, retryAfter: .seconds(asked)), at: now)
            let hold = try held(await subject.other.ask(slot, 2, at: now))
            #expect(hold > .seconds(least) && hold <= .seconds(most))
            try await subject.pass(.seconds(most), slot, &now)
            #expect(try await subject.other.lease(slot, 3, at: now).attempt == 2)
        }
    }

    @Sendable private static func takesOver(_ subject: ProbeGuardSubject) async throws {
        let slot = try slot()
        var now = moment(in: slot)
        let late = try await subject.first.lease(slot, 1, at: now)
        try await subject.pass(.seconds(3005), slot, &now)
        let lease = try await subject.other.lease(slot, 2, at: now)
        #expect(lease.attempt == 1)
        for ending in [
            .observed(try observation(of: late, fingerprint: "fp_late")), .failed(.auth, retryAfter: nil), .givenBack,
        ] as [LeaseOutcome.Ending] {
            await subject.other.settle(late, ending, at: now)
            #expect(await subject.other.ask(slot, 3, at: now).name == "held")
        }
        let observation = try observation(of: lease, fingerprint: "fp_2")
        await subject.other.settle(lease, .observed(observation), at: now)
        await subject.first.settle(late, .givenBack, at: now)
        #expect(await subject.other.ask(slot, 4, at: now) == .observed(observation))
        #expect(await subject.first.ask(slot, 5, at: now) == .observed(observation))
    }

    @Sendable private static func takesLateObservation(_ subject: ProbeGuardSubject) async throws {
        let slot = try slot()
        var now = moment(in: slot)
        let late = try await subject.first.lease(slot, 1, at: now)
        try await subject.pass(.seconds(3005), slot, &now)
        let observation = try observation(of: late, fingerprint: "fp_late")
        await subject.first.settle(late, .observed(observation), at: now)
        #expect(await subject.other.ask(slot, 2, at: now) == .observed(observation))
    }

    @Sendable private static func freesGivenBack(_ subject: ProbeGuardSubject) async throws {
        let slot = try slot()
        let now = moment(in: slot)
        let lease = try await subject.first.lease(slot, 1, at: now)
        await subject.first.settle(lease, .givenBack, at: now)
        let next = try await subject.other.lease(slot, 2, at: now)
        #expect(next.attempt == 1)
        await subject.other.settle(next, .givenBack, at: now)
        _ = try await subject.first.lease(slot, 3, at: now)
    }

    @Sendable private static func ignoresForeignOutcome(_ subject: ProbeGuardSubject) async throws {
        let slot = try slot()
        let now = moment(in: slot)
        let lease = try await subject.first.lease(slot, 1, at: now)
        var foreign = lease
        foreign.id = 2
        await subject.other.settle(foreign, .givenBack, at: now)
        await subject.first.settle(foreign, .failed(.auth, retryAfter: nil), at: now)
        #expect(await subject.other.ask(slot, 3, at: now).name == "held")
        let observation = try observation(of: lease, fingerprint: "fp_1")
        await subject.first.settle(lease, .observed(observation), at: now)
        await subject.first.settle(lease, .givenBack, at: now)
        await subject.other.settle(foreign, .givenBack, at: now)
        #expect(await subject.other.ask(slot, 4, at: now) == .observed(observation))
    }

    /// A form of the suite's own: what is leased need be no probe.
    @Sendable private static func passesPayloadsOn(_ subject: ProbeGuardSubject) async throws {
        let form = LeaseForm(
            success: { root, _ in root["page"]?.string.map { LeasePayload([.init("page", .string($0))]) } },
            failure: { root in root["why"]?.string.map { LeasePayload([.init("why", .string($0))]) } })
        let now = moment(in: try slot())
        let page = LeasePayload([.init("page", .string("\u{1F600} \"} , {\" \n"))])
        let why = LeasePayload([.init("why", .string("no paper"))])
        for (byte, ending) in [
            (UInt8(1), .succeeded(page)), (2, .failed(why, allowsRetry: false, retryAfter: nil)),
        ] as [(UInt8, LeaseOutcome.Ending)] {
            let key = LeaseKey(try slot(byte))
            func request(_ id: UInt64) -> LeaseRequest {
                LeaseRequest(key, form: form, id: id, leaseTime: .seconds(3000), keepTime: .seconds(7000))
            }
            guard case .admitted(let lease) = await subject.first.admit([request(1)], at: now)[0] else {
                Issue.record("not admitted")
                return
            }
            await subject.first.settle(lease, ending, at: now)
            let expected: Admission = byte == 1 ? .succeeded(id: 1, page) : .failed(why)
            #expect(await subject.other.admit([request(2)], at: now) == [expected])
            #expect(await subject.first.admit([request(3)], at: now) == [expected])
        }
    }

    @Sendable private static func onlyReads(_ subject: ProbeGuardSubject) async throws {
        let slot = try slot()
        var now = moment(in: slot)
        #expect(await subject.other.ask(slot, 1, at: now, mayCall: false) == .vacant)
        let first = try await subject.first.lease(slot, 2, at: now)
        #expect(await subject.other.ask(slot, 3, at: now, mayCall: false).name == "held")
        await subject.first.settle(first, .failed(.timeout, retryAfter: .seconds(900)), at: now)
        #expect(await subject.other.ask(slot, 4, at: now, mayCall: false).name == "held")
        try await subject.pass(.seconds(900), slot, &now)
        #expect(await subject.other.ask(slot, 5, at: now, mayCall: false) == .vacant)
        let second = try await subject.first.lease(slot, 6, at: now)
        let observation = try observation(of: second, fingerprint: "fp_1")
        await subject.first.settle(second, .observed(observation), at: now)
        #expect(await subject.other.ask(slot, 7, at: now, mayCall: false) == .observed(observation))
    }

    @Sendable private static func keepsSlotsApart(_ subject: ProbeGuardSubject) async throws {
        var slot = try slot()
        for ending in [
            .observed(
                try observation(of: Lease(id: 1, key: LeaseKey(slot), attempt: 1, keepTime: .zero), fingerprint: "fp_1")
            ),
            .failed(.auth, retryAfter: nil), .failed(.timeout, retryAfter: .seconds(86_400)),
        ] as [LeaseOutcome.Ending] {
            let now = moment(in: slot)
            let lease = try await subject.first.lease(slot, 1, at: now)
            #expect(lease.attempt == 1)
            await subject.first.settle(lease, ending, at: now)
            slot = slot.next
        }
        #expect(try await subject.other.lease(slot, 1, at: moment(in: slot)).attempt == 1)
        let elsewhere = Slot(target: slot.target, interval: .seconds(900), number: slot.number)
        #expect(try await subject.other.lease(elsewhere, 1, at: moment(in: elsewhere)).attempt == 1)
    }
}
