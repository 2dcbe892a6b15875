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

    /// What one attempt, made at `now`, sends: in the format that the webhook's entry says now.
    public func request(to webhook: Webhook, with secrets: WebhookSecrets, at now: Timestamp) -> HTTPRequest {
        let content =
            switch webhook.format {
            case .prompterd: body
            case .slack: slackMessage
            case .pagerduty: pagerDutyEvent(routingKey: secrets.routingKey)
            case .alertmanager: alertmanagerAlerts(at: now)
            }
        let body = Array(content.text.utf8)
        let own = [
            HTTPHeader("Content-Type", "application/json"), HTTPHeader("Idempotency-Key", delivery.event.id),
        ]
        let signature = WebhookSignature.headers(
            id: delivery.event.id, at: now, body: body, keys: secrets.signingKeys)
        return HTTPRequest(
            method: .post, url: webhook.url, headers: own + signature + secrets.headers, body: body,
            timeout: Self.timeout)
    }

    /// `config/README.md` documents it. Names stand in it as the provider wrote them, but for `text`, which people are shown.
    var body: JSONValue {
        .object([.init("text", .string(Self.plain(delivery.line.description)))] + members())
    }

    /// What is known of the event, but for its text.
    ///
    /// - Parameter most: so many watches are named at most.
    func members(watches most: Int = .max) -> [JSONValue.JSONMember] {
        let event = delivery.event
        return [
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
            .init("watches", .array(delivery.watches.prefix(most).map(Self.object))),
            .init("evidence", .array(event.evidence.map(Self.object))),
            .init("service", .string(service)),
            .init("env", .string(environment)),
        ]
    }

    /// The event in one line of at most `limit` characters, which some receivers insist on.
    func line(limit: Int) -> String { Self.cut(delivery.line.description, to: limit) }

    /// The templates that are affected, for people.
    var shownTemplates: String {
        let names = delivery.watches.map(\.template).reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
        let shown = names.prefix(Self.mostTemplates).map { SafeText($0).description }.joined(separator: ", ")
        let more = names.count > Self.mostTemplates ? " and \(names.count - Self.mostTemplates) more" : ""
        return shown + more
    }

    private static let mostTemplates = 10

    static func cut(_ text: String, to limit: Int) -> String {
        let scalars = text.unicodeScalars
        return scalars.count <= limit ? text : "\(String(scalars.prefix(limit - 1)))…"
    }

    /// Without what Slack acts on (https://docs.slack.dev/messaging/formatting-message-text): a provider that names a model
    /// `<!channel>` calls nobody. No model is named so.
    static func plain(_ text: String) -> String {
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
