/// What an event is to a receiver that keeps incidents: it opens one, or ends one.
///
/// `not_found`, `refused` and `missing` last until `found`, `accepted` or `present` ends them: both events have one key, made of
/// what they are about. Every other event is something that happened. It has a key of its own, its id, which only the event that
/// corrects it has too.
struct Incident: Hashable, Sendable {
    var key: String
    var isEnded = false
    /// Of the event that opens it, which for one that ends it is another.
    var kind: Event.Kind
    var signal: Signal?
    var severity: Severity

    /// - Parameters:
    ///   - service: what tells fleets apart that watch one target with keys of their own.
    ///   - environment: as `service`.
    init(of delivery: Delivery, service: String, environment: String) {
        let event = delivery.corrected ?? delivery.event
        kind = event.endedKind ?? event.kind
        signal = event.signal
        severity = kind.severity(of: signal)
        isEnded = event.endedKind != nil || delivery.event.kind == .corrected
        if [.notFound, .refused, .missing].contains(kind) {
            var hash = SHA256()
            for text in [
                "incident", event.target.hexadecimal, kind.rawValue, signal?.rawValue ?? "", service, environment,
            ] { hash.update(field: text) }
            key = Hexadecimal.encode(hash.finish().prefix(16))
        } else {
            // The store may no longer have the event that is corrected.
            key = event.kind == .corrected ? event.previous.first ?? event.id : event.id
        }
    }

    /// The words that PagerDuty has for a severity, and Alertmanager's users.
    var severityWord: String {
        switch severity {
        case .info: "info"
        case .minor: "warning"
        case .major: "critical"
        }
    }
}
