/// An alert as Alertmanager takes it (https://prometheus.io/docs/alerting/latest/alerts_api/).
extension DeliveryRequest {
    /// How long an alert fires that nothing ends: an event is sent once, and Alertmanager would end it after its
    /// `resolve_timeout` of minutes.
    static let alertTime: Duration = .seconds(86_400)

    /// One alert, which fires or has ended at `now`. Its labels are the same for the event that opens an incident and for the one
    /// that ends it, which is how Alertmanager knows that they are about one.
    func alertmanagerAlerts(at now: Timestamp) -> JSONValue {
        let incident = Incident(of: delivery, service: service, environment: environment)
        let time = min(delivery.event.time, now)
        // An end that lies ahead of Alertmanager's clock would be no end.
        let past = time - Recorded.clockTolerance
        let (start, end) = incident.isEnded ? (past, past) : (time, now + Self.alertTime)
        return .array([
            .object(
                [
                    .init("labels", labels(of: incident)), .init("annotations", annotations),
                    .init("startsAt", .string(start.iso8601Milliseconds)),
                    .init("endsAt", .string(end.iso8601Milliseconds)),
                ])
        ])
    }

    private func labels(of incident: Incident) -> JSONValue {
        Self.texts([
            ("alertname", "PrompterEvent"), ("kind", incident.kind.rawValue), ("severity", incident.severityWord),
            ("signal", incident.signal?.rawValue ?? ""), ("provider", delivery.provider), ("model", delivery.model),
            ("service", service), ("env", environment), ("incident", incident.key),
        ])
    }

    private var annotations: JSONValue {
        Self.texts([("summary", delivery.line.description), ("watches", shownTemplates), ("event", delivery.event.id)])
    }

    /// Alertmanager takes an empty text for none.
    private static func texts(_ texts: [(name: String, text: String)]) -> JSONValue {
        .object(texts.filter { !$0.text.isEmpty }.map { .init($0.name, .string($0.text)) })
    }
}
