import PrompterCore

/// The members that the commands' JSON has in common, as config/README.md documents them.
enum JSONMembers {
    static func watch(_ watch: Watch.Key) -> [JSONValue.JSONMember] {
        [
            .init("org", .string(watch.org)), .init("workspace", .string(watch.workspace)),
            .init("template", .string(watch.template)), .init("provider", .string(watch.provider)),
            .init("model", .string(watch.model)),
        ]
    }

    static func identity(_ version: VersionIdentity) -> [JSONValue.JSONMember] {
        [
            .init("provider_version_key", .string(version.key)),
            .init("resolved_model", text(version.resolvedModel)), .init("fingerprint", text(version.fingerprint)),
            .init("digest", text(version.digest)),
        ]
    }

    static func version(_ version: Version) -> [JSONValue.JSONMember] {
        identity(version.identity) + [
            .init("first_seen_at", time(version.firstSeen)), .init("last_seen_at", time(version.lastSeen)),
            .init("sightings", .integer(version.sightings)),
        ]
    }

    static func event(_ event: Event, model: String) -> [JSONValue.JSONMember] {
        let evidence = event.evidence.map { sighting in
            JSONValue.object([
                .init("observed_at", time(sighting.time)),
                .init("observation", .string(Hexadecimal.encode(sighting.id))),
                .init("value", .string(sighting.value)),
            ])
        }
        return [
            .init("id", .string(event.id)), .init("happened_at", time(event.time)),
            .init("kind", .string(event.kind.rawValue)), .init("signal", text(event.signal?.rawValue)),
            .init("value", .string(event.value)), .init("severity", .string(event.severity.rawValue)),
            .init("confirmed", event.isConfirmed.map { .bool($0) } ?? .null),
            .init("previous", .array(event.previous.map { .string($0) })),
            .init("previous_since", time(event.previousSince)), .init("evidence", .array(evidence)),
            .init("text", .string(event.text(model: model))),
        ]
    }

    static func standOff(_ standOff: StandOff.Kept) -> JSONValue {
        .object([
            .init("scope", .string(standOff.scope.target == nil ? "provider" : "target")),
            .init("cause", .string(standOff.cause.rawValue)), .init("until", time(standOff.end)),
        ])
    }

    static func time(_ time: Timestamp?) -> JSONValue { time.map { .string($0.iso8601Milliseconds) } ?? .null }

    static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// A number with four digits behind the point.
    static func share(_ share: Double) -> JSONValue {
        let parts = Int((share * 10_000).rounded())
        return .number("\(parts / 10_000).\(String(parts % 10_000 + 10_000).dropFirst())")
    }
}
