/// What a webhook is sent.
public struct DeliveryRequest: Sendable {
    /// How long a webhook may take to answer.
    public static let timeout: Duration = .seconds(10)

    public var delivery: Delivery
    /// The labels that stand on every metric of the instance that sends it.
    public var service: String
    public var environment: String

    public init(_ delivery: Delivery, service: String, environment: String) {
        self.delivery = delivery
        self.service = service
        self.environment = environment
    }

    /// - Parameter headers: those of the webhook's header file.
    public func request(to webhook: Webhook, headers: [HTTPHeader]) -> HTTPRequest {
        let own = [
            HTTPHeader("Content-Type", "application/json"), HTTPHeader("Idempotency-Key", delivery.event.id),
        ]
        return HTTPRequest(
            method: .post, url: webhook.url, headers: own + headers, body: Array(body.text.utf8),
            timeout: Self.timeout)
    }

    /// `config/README.md` documents it. Names stand in it as the provider wrote them, but for `text`, which people are shown.
    var body: JSONValue {
        let event = delivery.event
        return .object([
            .init("text", .string(Self.plain(delivery.line.description))),
            .init("id", .string(event.id)),
            .init("kind", .string(event.kind.rawValue)),
            .init("signal", Self.text(event.signal?.rawValue)),
            .init("value", .string(event.value)),
            .init("previous", .array(event.previous.map { .string($0) })),
            .init("previous_since", Self.text(event.previousSince?.iso8601Milliseconds)),
            .init("severity", .string(event.severity.rawValue)),
            .init("confirmed", event.isConfirmed.map { .bool($0) } ?? .null),
            .init("time", .string(event.time.iso8601Milliseconds)),
            .init("provider", .string(delivery.provider)),
            .init("model", .string(delivery.model)),
            .init("watches", .array(delivery.watches.map(Self.object))),
            .init("evidence", .array(event.evidence.map(Self.object))),
            .init("service", .string(service)),
            .init("env", .string(environment)),
        ])
    }

    /// Without what Slack acts on (https://docs.slack.dev/messaging/formatting-message-text): a provider that names a model
    /// `<!channel>` calls nobody. No model is named so.
    private static func plain(_ text: String) -> String {
        String(text.map { $0 == "<" ? "‹" : $0 == ">" ? "›" : $0 })
    }

    private static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    private static func object(_ watch: Watch.Key) -> JSONValue {
        .object([
            .init("org", .string(watch.org)), .init("workspace", .string(watch.workspace)),
            .init("template", .string(watch.template)),
        ])
    }

    private static func object(_ sighting: Sighting) -> JSONValue {
        .object([
            .init("time", .string(sighting.time.iso8601Milliseconds)),
            .init("id", .string(Hexadecimal.encode(sighting.id))), .init("value", .string(sighting.value)),
        ])
    }
}
