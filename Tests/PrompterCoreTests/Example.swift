import PrompterCore

/// Values that many tests need.
enum Example {
    static func provider(
        _ name: String = "openai", dialect: Dialect = .openAI, concurrency: Int = 4, requestsPerMinute: Int? = nil
    ) -> Provider {
        Provider(
            name: name, dialect: dialect, baseURL: "https://\(name).example/v1", concurrency: concurrency,
            requestsPerMinute: requestsPerMinute)
    }

    static func target(
        _ model: String = "gpt-4o", provider: Provider = provider(), interval: Duration = .seconds(3600)
    ) -> Target {
        Target(provider: provider, model: model, interval: interval, timeout: .seconds(30))
    }

    static func observation(
        _ id: UInt64, of target: TargetID, at time: Timestamp, model: String? = "m-1", fingerprint: String? = nil
    ) throws -> Observation {
        guard let version = VersionIdentity(resolvedModel: model, fingerprint: fingerprint) else { throw NoVersion() }
        return Observation(id: id, target: target, slot: 1, time: time, version: version)
    }

    struct NoVersion: Error {}
}

extension Uptime {
    static func seconds(_ seconds: Int) -> Uptime { Uptime(sinceStart: .seconds(seconds)) }
    static func milliseconds(_ milliseconds: Int) -> Uptime { Uptime(sinceStart: .milliseconds(milliseconds)) }
}
