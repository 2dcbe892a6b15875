/// What was observed and never recorded, as an export that `import` reads.
public enum UnrecordedExport {
    private struct VersionKey: Hashable {
        var target: TargetID
        var identity: VersionIdentity
    }

    /// The lines, without their ends.
    ///
    /// - Parameter now: when the targets count as made, which the store may not know.
    public static func lines(
        of observations: some Sequence<(observation: Observation, target: Target)>, at now: Timestamp
    ) -> [String] {
        var targets: [TargetID: Int64] = [:]
        var versions: [VersionKey: Int64] = [:]
        var (targetRows, versionRows, observationRows): ([ExchangeRow], [ExchangeRow], [ExchangeRow]) = ([], [], [])
        for (observation, target) in observations {
            let targetNumber = targets[target.id] ?? Int64(targets.count + 1)
            if targets.updateValue(targetNumber, forKey: target.id) == nil {
                targetRows.append(row(of: target, number: targetNumber, at: now))
            }
            let key = VersionKey(target: target.id, identity: observation.version)
            let versionNumber = versions[key] ?? Int64(versions.count + 1)
            if versions.updateValue(versionNumber, forKey: key) == nil {
                versionRows.append(row(of: observation, target: target, targetNumber, number: versionNumber))
            }
            observationRows.append(row(of: observation, targetNumber, versionNumber))
        }
        return [ExchangeRow.heading] + (targetRows + versionRows + observationRows).map(\.line)
    }

    private static func row(of target: Target, number: Int64, at now: Timestamp) -> ExchangeRow {
        ExchangeRow(
            .target,
            [
                "number": .integer(number), "identity": .bytes(target.id.bytes),
                "provider": .text(target.provider.name), "dialect": .text(target.provider.dialect.rawValue),
                "base_url": .text(target.provider.baseURL), "model": .text(target.model),
                "kind": .text(target.kind.rawValue), "failures": .integer(0),
                "interval_ms": .integer(target.interval.milliseconds),
                "created_at": .integer(now.milliseconds),
            ])
    }

    private static func row(
        of observation: Observation, target: Target, _ targetNumber: Int64, number: Int64
    ) -> ExchangeRow {
        let version = observation.version
        return ExchangeRow(
            .version,
            [
                "number": .integer(number), "target": .integer(targetNumber),
                "resolved_model": .text(version.resolvedModel ?? ""), "provider_version_key": .text(version.key),
                "fingerprint": version.fingerprint.map { .text($0) } ?? .null, "digest": .text(version.digest ?? ""),
                "source": .text(target.provider.isStub ? "stub" : "live"), "sightings": .integer(0),
            ])
    }

    private static func row(of observation: Observation, _ target: Int64, _ version: Int64) -> ExchangeRow {
        let usage = observation.usage
        var members: [String: ExchangeValue] = [:]
        members["target"] = .integer(target)
        members["version"] = .integer(version)
        members["observed_at"] = .integer(observation.time.milliseconds)
        members["id"] = .integer(Int64(bitPattern: observation.id))
        members["slot"] = .integer(observation.slot)
        members["latency_us"] = .integer(observation.latency.nanoseconds / 1000)
        members["input_tokens"] = usage.inputTokens.map { .integer(Int64($0)) }
        members["output_tokens"] = usage.outputTokens.map { .integer(Int64($0)) }
        members["shows"] = .integer(Int64(observation.shows.rawValue))
        members["is_confirmation"] = .integer(observation.isConfirmation ? 1 : 0)
        members["retirement_at"] = observation.retirement.map { .integer($0.milliseconds) }
        members["metadata"] = observation.metadata.map { .text($0) }
        return ExchangeRow(.observation, members)
    }
}

extension ExchangeRow {
    /// - Parameter members: by their columns' names; those that are left out are absent.
    fileprivate init(_ table: ExchangeTable, _ members: [String: ExchangeValue]) {
        self.init(table, table.columns.map { members[$0.name] ?? $0.absent })
    }
}
