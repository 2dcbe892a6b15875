/// An event of PagerDuty's Events API v2 (https://developer.pagerduty.com/docs/events-api-v2-overview).
extension DeliveryRequest {
    /// PagerDuty's bound of a summary.
    private static let longestSummary = 1024
    /// So that a body stays far below PagerDuty's 512 KiB.
    private static let mostWatches = 100

    /// Triggers an incident, or resolves it.
    func pagerDutyEvent(routingKey: Credential?) -> JSONValue {
        let incident = Incident(of: delivery, service: service, environment: environment)
        var members: [JSONValue.JSONMember] = [
            .init("routing_key", .string(routingKey?.reveal() ?? "")),
            .init("event_action", .string(incident.isEnded ? "resolve" : "trigger")),
            .init("dedup_key", .string(incident.key)),
        ]
        if !incident.isEnded { members.append(.init("payload", payload(of: incident))) }
        return .object(members)
    }

    private func payload(of incident: Incident) -> JSONValue {
        .object([
            .init("summary", .string(line(limit: Self.longestSummary))),
            .init("source", .string(delivery.provider)),
            .init("severity", .string(incident.severityWord)),
            .init("timestamp", .string(delivery.event.time.iso8601Milliseconds)),
            .init("component", .string(delivery.model)),
            .init("group", .string(environment)),
            .init("class", .string(incident.kind.rawValue)),
            .init("custom_details", .object(self.members(watches: Self.mostWatches))),
        ])
    }
}
