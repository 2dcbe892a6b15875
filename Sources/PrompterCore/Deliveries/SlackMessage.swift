/// A message for one of Slack's incoming webhooks (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
extension DeliveryRequest {
    /// The longest text of a message that is shown; Slack refuses a block of more than 3,000 characters.
    private static let longestText = 1024

    /// The event's line, and what it is about in small print. Nothing in it is markup.
    var slackMessage: JSONValue {
        let text = Self.plain(line(limit: Self.longestText))
        let event = delivery.event
        let facts = [
            event.severity.rawValue, SafeText(delivery.provider).description, shownTemplates, environment,
            event.time.iso8601,
        ]
        let small = Self.plain(Self.cut(facts.filter { !$0.isEmpty }.joined(separator: " · "), to: Self.longestText))
        return .object([
            // Where no blocks are shown, as in notifications.
            .init("text", .string(text)),
            .init(
                "blocks",
                .array([
                    .object([.init("type", .string("section")), .init("text", Self.plainText(text))]),
                    .object([.init("type", .string("context")), .init("elements", .array([Self.plainText(small)]))]),
                ])),
        ])
    }

    private static func plainText(_ text: String) -> JSONValue {
        .object([.init("type", .string("plain_text")), .init("text", .string(text)), .init("emoji", .bool(false))])
    }
}
