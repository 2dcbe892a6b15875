import Testing

@testable import PrompterCore

/// What receivers of other formats are sent, and how it is signed.
struct DeliveryFormatTests {
    private static let now = Timestamp(milliseconds: 1_764_000_000_000)
    private static let target = Example.target()

    private static func event(_ kind: Event.Kind, _ value: String = "v", signal: Signal? = nil) -> Event {
        Event(
            id: "id-\(kind.rawValue)", target: target.id, kind: kind, signal: signal, value: value, slot: 7, time: now,
            evidence: [
                Sighting(time: now - .seconds(9), id: 1, value: ""), Sighting(time: now, id: 2, value: value),
            ])
    }

    private static func correction(of event: Event) -> Event { Event(correcting: event, at: now) }

    private func request(
        _ event: Event, correcting corrected: Event? = nil, watches: [String] = ["t"], service: String = "s"
    ) -> DeliveryRequest {
        let keys = watches.map {
            Watch.Key(org: "o", workspace: "w", template: $0, provider: "openai", model: "gpt-4o")
        }
        return DeliveryRequest(
            Delivery(
                event: event, corrected: corrected, hook: [1], provider: "openai", model: "gpt-4o", watches: keys),
            service: service, environment: "e")
    }

    private func incident(
        _ event: Event, correcting corrected: Event? = nil, service: String = "s"
    ) -> Incident {
        let request = request(event, correcting: corrected, service: service)
        return Incident(of: request.delivery, service: service, environment: "e")
    }

    // MARK: incidents

    @Test(
        arguments: [
            (Event.Kind.notFound, Event.Kind.found, nil), (.refused, .accepted, nil),
            (.missing, .present, .fingerprint),
        ] as [(Event.Kind, Event.Kind, Signal?)])
    func anEndHasTheKeyOfItsBeginning(_ begin: Event.Kind, _ end: Event.Kind, _ signal: Signal?) {
        let opened = incident(Self.event(begin, "a", signal: signal))
        let ended = incident(Self.event(end, "b", signal: signal))
        #expect(!opened.isEnded && ended.isEnded)
        #expect(opened.key == ended.key && opened.severity == ended.severity && opened.kind == ended.kind)
        // Another model, another fleet, another signal: another incident.
        var other = Self.event(end, "b", signal: signal)
        other.target = Example.target("gpt-5").id
        #expect(incident(other).key != opened.key)
        #expect(incident(Self.event(end, signal: signal), service: "other").key != opened.key)
        #expect(incident(Self.event(end, signal: .digest)).key != opened.key)
        // Who was told of the beginning is told of the end.
        #expect(Self.event(end, signal: signal).severityToTell() == opened.severity)
    }

    @Test func whatHappenedHasAKeyOfItsOwnAndEndsNothing() {
        let lasting: Set<Event.Kind> = [.notFound, .found, .refused, .accepted, .missing, .present, .corrected]
        for kind in Event.Kind.allCases where !lasting.contains(kind) {
            let event = Self.event(kind, signal: .model)
            let incident = incident(event)
            #expect(incident.key == event.id && !incident.isEnded && incident.kind == kind, "\(kind)")
            #expect(event.severityToTell() == event.severity, "\(kind)")
        }
    }

    @Test func aSignalThatComesForTheFirstTimeEndsNothing() {
        var event = Self.event(.present, signal: .fingerprint)
        event.evidence.removeFirst()
        #expect(!incident(event).isEnded && incident(event).key == event.id)
    }

    @Test(arguments: [Event.Kind.replaced, .returned, .appeared, .missing])
    func aCorrectionEndsWhatItCorrects(_ kind: Event.Kind) {
        let event = Self.event(kind, signal: .model)
        let correction = Self.correction(of: event)
        let (opened, ended) = (incident(event), incident(correction, correcting: event))
        #expect(ended.isEnded && ended.key == opened.key && ended.severity == opened.severity)
        #expect(correction.severityToTell(correcting: event) == event.severity)
    }

    /// By its id at least, where the store has the event no more.
    @Test func aCorrectionOfWhatIsGoneEndsItAllTheSame() {
        let event = Self.event(.replaced, signal: .model)
        let ended = incident(Self.correction(of: event))
        #expect(ended.isEnded && ended.key == event.id)
    }

    // MARK: Standard Webhooks

    /// The example of https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/webhook.test.ts
    @Test func aSignatureIsTheSpecifications() {
        let headers = WebhookSignature.headers(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: Timestamp(milliseconds: 1_614_265_330_999),
            body: Array(#"{"test": 2432232314}"#.utf8),
            keys: [Credential("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")])
        #expect(
            headers == [
                HTTPHeader("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                HTTPHeader("webhook-timestamp", "1614265330"),
                HTTPHeader("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
            ])
    }

    @Test func eachKeySignsAndNoneSignsNothing() {
        let key = Credential("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let webhook = Webhook(url: "https://h.example")
        func names(_ keys: [Credential]) -> [String] {
            request(Self.event(.first)).request(
                to: webhook, with: WebhookSecrets(signingKeys: keys), at: Self.now
            ).headers.map(\.name)
        }
        #expect(names([]) == ["Content-Type", "Idempotency-Key"])
        #expect(names([key]).suffix(3) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        let other = Credential("whsec_\(String(repeating: "A", count: 32))")
        let both = WebhookSignature.headers(id: "i", at: Self.now, body: [1], keys: [key, other])
        let single = WebhookSignature.headers(id: "i", at: Self.now, body: [1], keys: [other])
        #expect(both[2].value.split(separator: " ").count == 2 && both[2].value.hasSuffix(" \(single[2].value)"))
    }

    @Test(arguments: [
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true), ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", false),
        ("whsec_", false), ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==", false),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-w", false),
        ("whsec_\(String(repeating: "A", count: 86))", true), ("whsec_\(String(repeating: "A", count: 88))", false),
    ])
    func aKeyIsWhatTheSpecificationSays(_ text: String, _ isKey: Bool) {
        #expect(WebhookSignature.isKey(text) == isKey)
    }

    // MARK: bodies

    private func sent(
        _ format: Webhook.Format, _ request: DeliveryRequest, at now: Timestamp = Self.now
    ) throws -> JSONNode {
        let webhook = Webhook(url: "https://h.example", format: format)
        let secrets = WebhookSecrets(routingKey: Credential("routing"))
        return try JSONDocument(request.request(to: webhook, with: secrets, at: now).body).root
    }

    @Test func slackIsShownTextAndNoMarkup() throws {
        let root = try sent(
            .slack, request(Self.event(.replaced, "<!channel>\n*x*", signal: .model), watches: ["a", "b"]))
        let blocks = try #require(root["blocks"]?.elements)
        #expect(blocks.compactMap { $0["type"]?.string } == ["section", "context"])
        #expect(root["text"]?.string == "gpt-4o now answers as ‹!channel›\\n*x*")
        #expect(blocks[0]["text"]?["type"]?.string == "plain_text")
        #expect(blocks[0]["text"]?["text"]?.string == root["text"]?.string)
        #expect(
            blocks[1]["elements"]?.elements?.first?["text"]?.string
                == "major · openai · a, b · e · 2025-11-24T16:00:00Z")
    }

    /// Each character of the value is written as many.
    @Test func noTextIsLongerThanItsReceiverTakes() throws {
        let event = Self.event(.replaced, String(repeating: "\u{202E}", count: 2000), signal: .model)
        let many = request(event, watches: (0..<1000).map { "\($0)" + String(repeating: "é", count: 250) })
        let slack = try sent(.slack, many)
        let texts = [
            slack["text"], slack["blocks"]?.elements?[0]["text"]?["text"],
            slack["blocks"]?.elements?[1]["elements"]?.elements?[0]["text"],
            try sent(.pagerduty, many)["payload"]?["summary"],
        ]
        for text in texts { #expect(try #require(text?.string).unicodeScalars.count == 1024) }
        let webhook = Webhook(url: "https://h.example", format: .pagerduty)
        #expect(many.request(to: webhook, with: WebhookSecrets(), at: Self.now).body.count < 256 << 10)
    }

    @Test func pagerDutyTriggersAndResolves() throws {
        let opened = try sent(.pagerduty, request(Self.event(.notFound, "not_found: gone")))
        #expect(opened["routing_key"]?.string == "routing" && opened["event_action"]?.string == "trigger")
        let payload = try #require(opened["payload"])
        let expected = [
            "summary": "gpt-4o: the provider does not have this model: gone", "source": "openai",
            "severity": "critical",
            "timestamp": "2025-11-24T16:00:00.000Z", "component": "gpt-4o", "group": "e", "class": "not_found",
        ]
        for (name, value) in expected { #expect(payload[name]?.string == value, "\(name)") }
        #expect(payload["custom_details"]?["id"]?.string == "id-not_found")
        let ended = try sent(.pagerduty, request(Self.event(.found)))
        #expect(ended["event_action"]?.string == "resolve" && ended["payload"] == nil)
        #expect(
            ended["dedup_key"]?.string == opened["dedup_key"]?.string && ended["dedup_key"]?.string?.isEmpty == false)
    }

    @Test(arguments: [(Event.Kind.first, "info"), (.appeared, "warning"), (.unexpected, "critical")])
    func severitiesAreWordedAsOthersWordThem(_ kind: Event.Kind, _ word: String) throws {
        let request = request(Self.event(kind))
        #expect(try sent(.pagerduty, request)["payload"]?["severity"]?.string == word)
        #expect(try sent(.alertmanager, request).elements?[0]["labels"]?["severity"]?.string == word)
    }

    /// However late it is sent.
    @Test func anAlertFiresFromNowOnAndEndsInThePast() throws {
        let later = Self.now + .seconds(7 * 86_400)
        let opened = try #require(try sent(.alertmanager, request(Self.event(.refused)), at: later).elements?.first)
        let ended = try #require(try sent(.alertmanager, request(Self.event(.accepted)), at: later).elements?.first)
        #expect(opened["startsAt"]?.string == "2025-11-24T16:00:00.000Z")
        #expect(opened["endsAt"]?.string == (later + .seconds(86_400)).iso8601Milliseconds)
        #expect(ended["startsAt"]?.string == "2025-11-24T15:58:00.000Z")
        #expect(ended["endsAt"]?.string == ended["startsAt"]?.string)
        #expect(opened["labels"]?.plain == ended["labels"]?.plain)
        let labels = [
            "alertname": "PrompterEvent", "kind": "refused", "severity": "critical", "provider": "openai",
            "model": "gpt-4o", "service": "s", "env": "e",
        ]
        for (name, value) in labels { #expect(opened["labels"]?[name]?.string == value, "\(name)") }
        #expect(opened["labels"]?["signal"] == nil)
        #expect(opened["annotations"]?["watches"]?.string == "t")
        // A clock that was set back dates an event later than now.
        let early = try sent(.alertmanager, request(Self.event(.refused)), at: Self.now - .seconds(60)).elements?.first
        #expect(early?["startsAt"]?.string == (Self.now - .seconds(60)).iso8601Milliseconds)
    }
}
