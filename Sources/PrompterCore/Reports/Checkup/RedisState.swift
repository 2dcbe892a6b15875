/// What Redis says of itself (https://redis.io/docs/latest/commands/info/).
public struct RedisState: Hashable, Sendable {
    private let fields: [Substring: Substring]

    /// - Parameter info: the answer to `INFO`.
    public init(info: String) {
        fields = Dictionary(
            info.split(whereSeparator: \.isNewline).compactMap { line in
                line.firstIndex(of: ":").map { (line[..<$0], line[line.index(after: $0)...]) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// - Parameter address: where it is, without a password.
    public func diagnosis(at address: String) -> Diagnosis {
        let policy = fields["maxmemory_policy"] ?? "unknown"
        let most = number("maxmemory")
        var troubles: [String] = []
        if fields["role"] == "slave" { troubles.append("it is a replica, which takes no leases; name the primary") }
        if most > 0, policy == "noeviction", number("used_memory") >= most {
            troubles.append("its memory is full; raise maxmemory, or remove keys")
        }
        if most > 0, policy != "noeviction", policy != "unknown" {
            troubles.append(
                "with maxmemory-policy \(policy) it may drop a lease, and a slot is then probed twice; set noeviction")
        }
        return Diagnosis(
            .redis, troubles: troubles.map { "\(address): \($0)" },
            otherwise: "\(address): answers; maxmemory-policy \(policy)")
    }

    private func number(_ name: Substring) -> Int { fields[name].flatMap { Int($0) } ?? 0 }
}
