/// What an export consists of, in its order. The raw value is a line's member `row`.
public enum ExchangeTable: String, Hashable, Sendable, CaseIterable {
    case target, version, binding, observation, tally, event

    /// Its members, in their order.
    public var columns: [ExchangeColumn] {
        switch self {
        case .target: Self.targetColumns
        case .version: Self.versionColumns
        case .binding: Self.bindingColumns
        case .observation: Self.observationColumns
        case .tally: Self.tallyColumns
        case .event: Self.eventColumns
        }
    }

    private static let anyInteger = ExchangeColumn.Kind.integer(.min ... .max)

    private static let slots = ExchangeColumn.Kind.integer(1...Int64(Int32.max))

    private static let targetColumns: [ExchangeColumn] = [
        .required("number", .number), .required("identity", .identity), .optional("provider", .text),
        .optional("dialect", .text), .optional("base_url", .text), .optional("model", .text),
        .optional("kind", .text), .optional("interval_ms", .integer(1...366_000 * 86_400_000)),
        .required("created_at", .time), .optional("last_attempt_at", .time), .optional("last_success_at", .time),
        .optional("failure_class", .word(FailureClass.allCases.map(\.rawValue))), .count("failures"),
        .former("not_before", .time), .flag("is_not_found"),
        .former("refusal", .text),
        .optional("refused_slots", slots),
        .optional("refused_slot", anyInteger), .flag("is_refused"), .optional("learned", .text),
        .optional("pruned_at", .time), .optional("lookup_failure", .word(FailureClass.allCases.map(\.rawValue))),
        .optional("answers_before", slots), .optional("refusals_before", slots),
        .optional("refused_runs_before", slots),
    ]

    private static let versionColumns: [ExchangeColumn] = [
        .required("number", .number), .required("target", .reference(.target)), .emptyable("resolved_model"),
        .required("provider_version_key", .text), .optional("fingerprint", .text), .emptyable("digest"),
        .former("metadata", .text), .required("source", .word(["live", "stub", "import"])),
        .optional("fingerprint_captured_at", .time), .optional("first_seen_at", .time),
        .optional("last_seen_at", .time), .count("sightings"),
    ]

    private static let bindingColumns: [ExchangeColumn] = [
        .required("org", .text), .required("workspace", .text), .required("template", .text),
        .required("provider", .text), .required("model", .text), .required("target", .reference(.target)),
        .required("valid_from", .time), .optional("valid_until", .time), .optional("expect", .texts),
        .optional("interval_ms", .integer(1...366_000 * 86_400_000)), .flag("requested"),
    ]

    private static let observationColumns: [ExchangeColumn] = [
        .required("target", .reference(.target)), .required("observed_at", .time), .required("id", .id),
        .required("version", .reference(.version)), .required("slot", anyInteger),
        .required("latency_us", .integer(0...Int64.max)), .optional("input_tokens", .integer(0...Int64.max)),
        .optional("output_tokens", .integer(0...Int64.max)), .flag("suspect"), .required("shows", .integer(0...31)),
        .flag("is_confirmation"), .optional("retirement_at", .time), .optional("metadata", .text),
    ]

    private static let tallyColumns: [ExchangeColumn] = [
        .required("target", .reference(.target)), .required("day", anyInteger),
        .required("version", .reference(.version)),
        .required("first_at", .time), .required("last_at", .time),
        .required("sightings", .integer(1...Int64(Int32.max))),
        .optional("longest_gap_ms", .integer(0...86_400_000)),
    ]

    private static let eventColumns: [ExchangeColumn] = [
        .required("id", .text), .required("target", .reference(.target)),
        .required("kind", .word(Event.Kind.allCases.map(\.rawValue))),
        .optional("signal", .word(Signal.allCases.map(\.rawValue))), .required("value", .text),
        .optional("watch", .texts), .required("slot", anyInteger), .required("happened_at", .time),
        .required("observation_id", .id), .required("recorded_at", .time), .optional("is_confirmed", .flag),
        .required("previous", .texts), .optional("previous_since", .time), .required("evidence", .evidence),
        .required("place_at", .time), .required("place_id", .id),
    ]
}
