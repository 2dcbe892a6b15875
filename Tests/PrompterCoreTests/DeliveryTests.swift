import Testing

@testable import PrompterCore

/// What a webhook is sent, what its answers mean, and how a fleet shares the sending.
struct DeliveryTests {
    private let now = Timestamp(milliseconds: 1_764_000_000_000)
    private let target = Example.target()

    private func event(_ value: String = "gpt-4o-2024-11-20") -> Event {
        Event(
            id: "0f00", target: target.id, kind: .replaced, signal: .model, value: value, slot: 7, time: now,
            observation: 2, isConfirmed: true, previous: ["gpt-4o-2024-08-06"],
            previousSince: now - .seconds(86_400),
            evidence: [
                Sighting(time: now - .seconds(1), id: 1, value: "gpt-4o-2024-08-06"),
                Sighting(time: now, id: 2, value: value),
            ])
    }

    private func delivery(_ event: Event, hook: [UInt8] = [1]) -> Delivery {
        Delivery(
            event: event, hook: hook, provider: "openai", model: "gpt-4o",
            watches: [.init(org: "o", workspace: "w", template: "t", provider: "openai", model: "gpt-4o")])
    }

    @Test func aBodySaysAll() {
        let request = DeliveryRequest(delivery(event()), service: "s", environment: "e")
        let sent = request.request(
            to: Webhook(url: "https://h.example/x"),
            with: WebhookSecrets(headers: [HTTPHeader("Authorization", "Bearer k")]), at: now)
        #expect(sent.method == .post && sent.url == "https://h.example/x" && sent.timeout == .seconds(10))
        #expect(
            sent.headers == [
                HTTPHeader("Content-Type", "application/json"), HTTPHeader("Idempotency-Key", "0f00"),
                HTTPHeader("Authorization", "Bearer k"),
            ])
        let expected = """
            {"text":"gpt-4o now answers as gpt-4o-2024-11-20 (was gpt-4o-2024-08-06 since 2025-11-23)","id":"0f00",\
            "kind":"replaced","signal":"model","value":"gpt-4o-2024-11-20","previous":["gpt-4o-2024-08-06"],\
            "previous_since":"2025-11-23T16:00:00.000Z","severity":"major","confirmed":true,\
            "time":"2025-11-24T16:00:00.000Z","provider":"openai","model":"gpt-4o",\
            "watches":[{"org":"o","workspace":"w","template":"t"}],\
            "evidence":[{"time":"2025-11-24T15:59:59.000Z","id":"0000000000000001","value":"gpt-4o-2024-08-06"},\
            {"time":"2025-11-24T16:00:00.000Z","id":"0000000000000002","value":"gpt-4o-2024-11-20"}],\
            "service":"s","env":"e"}
            """
        #expect(String(decoding: sent.body, as: UTF8.self) == expected)
    }

    @Test func aBodySaysNullWhereThereIsNothing() throws {
        let attempt = FailedAttempt(target: target.id, slot: 1, time: now, failureClass: .notFound)
        let body = DeliveryRequest(delivery(Event(notFoundBy: attempt)), service: "s", environment: "e").body
        let root = try JSONDocument(Array(body.text.utf8)).root
        for name in ["signal", "previous_since", "confirmed"] { #expect(root[name]?.plain == .null, "\(name)") }
    }

    @Test func aTextCallsNobodyAndTurnsNothing() throws {
        let body = DeliveryRequest(
            delivery(event("<!channel>\u{202E}\u{1B}[2J\n")), service: "s", environment: "e"
        ).body
        let root = try JSONDocument(Array(body.text.utf8)).root
        let text = try #require(root["text"]?.string)
        #expect(text.contains("‹!channel›\\u{202e}\\u{1b}[2J\\n"))
        #expect(root["value"]?.string == "<!channel>\u{202E}\u{1B}[2J\n")
    }

    @Test(arguments: [
        (200, nil, DeliveryAnswer.delivered), (204, nil, .delivered), (299, nil, .delivered),
        (301, nil, .failed(retryAfter: nil)), (400, nil, .refused), (403, nil, .refused), (404, nil, .refused),
        (408, nil, .failed(retryAfter: nil)), (410, nil, .refused), (429, nil, .failed(retryAfter: nil)),
        (429, "120", .failed(retryAfter: .seconds(120))), (503, "0", .failed(retryAfter: .seconds(1))),
        (503, "86400", .failed(retryAfter: .seconds(3600))), (500, "120", .failed(retryAfter: nil)),
        (502, nil, .failed(retryAfter: nil)),
    ]) func answersMean(_ status: Int, _ retryAfter: String?, _ meaning: DeliveryAnswer) {
        let headers = retryAfter.map { [HTTPHeader("Retry-After", $0)] } ?? []
        #expect(DeliveryAnswer(HTTPResponse(status: status, headers: headers, body: [])) == meaning)
    }

    @Test func retriesGrowAndEnd() {
        var pauses: [Duration] = []
        for attempts in 0... {
            guard case .failed(let time) = DeliveryAnswer.failed(retryAfter: nil).ending(attempts: attempts, at: now)
            else { break }
            pauses.append(time - now)
        }
        #expect(pauses == [5, 30, 120, 600, 3600, 21_600].map { .seconds($0) })
        #expect(
            DeliveryAnswer.failed(retryAfter: .seconds(9)).ending(attempts: 2, at: now)
                == .failed(until: now + .seconds(9)))
        #expect(DeliveryAnswer.failed(retryAfter: .seconds(9)).ending(attempts: 6, at: now) == .givenUp)
        #expect(DeliveryAnswer.refused.ending(attempts: 0, at: now) == .givenUp)
    }

    @Test func aDeliveryIsLeasedByItself() {
        let key = DeliveryLease.key(of: delivery(event()))
        var other = event()
        other = Event(id: "0f01", target: other.target, kind: .first, signal: nil, value: "v", slot: 1, time: now)
        #expect(key == DeliveryLease.key(of: delivery(event())))
        #expect(key != DeliveryLease.key(of: delivery(event(), hook: [2])))
        #expect(key != DeliveryLease.key(of: delivery(other)))
        #expect(key.subject != target.id.digest)
    }

    /// What version 0.1.0 writes, and reads as an observation.
    @Test func aMarkIsWhatFleetsShare() throws {
        let request = DeliveryLease.request(for: delivery(event()), id: 0xAB, timeout: DeliveryRequest.timeout)
        let lease = Lease(id: 0xAB, key: request.key, attempt: 1, keepTime: request.keepTime)
        let (state, _) = try #require(LeaseOutcome(lease, DeliveryLease.delivered(at: now)).state)
        let text =
            #"{"v":1,"state":"observed","id":"00000000000000ab","time_ms":1764000000000,"latency_us":0,"model":"delivered"}"#
        #expect(SlotRecord(state).text == text)
        #expect(SlotRecord(Array(text.utf8), of: request.key, form: request.form)?.state == state)
        #expect(SlotRecord(Array(text.utf8), of: request.key, form: .probe)?.state == state)
        for strange in [
            text.replacing("delivered", with: "gpt-4o"), text.replacing("1764000000000", with: "-1"),
            #"{"v":1,"state":"failed","class":"auth"}"#,
        ] {
            #expect(SlotRecord(Array(strange.utf8), of: request.key, form: request.form) == nil)
        }
    }

    @Test func whoDeliversHoldsOthersUntilItHasBeenDone() {
        let localGuard = LocalGuard()
        let start = Moment(wall: now, uptime: Uptime(sinceStart: .seconds(100)))
        func ask(_ id: UInt64, after time: Duration) -> Admission {
            let request = DeliveryLease.request(
                for: delivery(event()), id: id, timeout: DeliveryRequest.timeout)
            return localGuard.admit([request], at: start.advanced(by: time))[0]
        }
        guard case .admitted(let first) = ask(1, after: .zero) else { return #expect(Bool(false)) }
        // The lease outlasts the longest call.
        guard case .held = ask(2, after: DeliveryRequest.timeout) else { return #expect(Bool(false)) }
        localGuard.settle([LeaseOutcome(first, .givenBack)], at: start)
        guard case .admitted(let second) = ask(3, after: .seconds(11)) else { return #expect(Bool(false)) }
        localGuard.settle(
            [LeaseOutcome(second, DeliveryLease.delivered(at: now))], at: start.advanced(by: .seconds(12)))
        // Whoever waits for the longest pause learns of it.
        guard case .succeeded = ask(4, after: .seconds(13) + DeliveryAnswer.pauses[5]) else {
            return #expect(Bool(false))
        }
    }
}
