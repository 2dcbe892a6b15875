/// Reads how a provider's entry says that it is called, which not every dialect leaves open.
struct ProviderChoices {
    private(set) var api: CallForm?
    private(set) var apiVersion: String?
    private(set) var probe: ProbeKind?
    private(set) var server: Server?

    init(
        _ node: JSONNode, of dialect: Dialect, at place: (String) -> WatchlistComplaints.Place,
        into complaints: inout WatchlistComplaints
    ) {
        func entry(_ key: DialectKey) -> JSONNode? {
            guard let entry = node[key.rawValue] else { return nil }
            if dialect.rules?.keys.contains(key) == true { return entry }
            let others = Dialect.allCases.filter { $0.rules?.keys.contains(key) == true }
            complaints.add(
                "the dialect \(dialect.rawValue) does not support this key; these do: "
                    + others.map(\.rawValue).joined(separator: ", "), at: entry.offset, place(key.rawValue))
            return nil
        }
        server = complaints.word(entry(.server), among: Server.allCases, "server", at: place("server"))
        api = complaints.word(entry(.api), among: [CallForm.chat, .responses], "API", at: place("api"))
        apiVersion = complaints.name(entry(.apiVersion), at: place("api_version"), limit: 64)
        for fault in dialect.rules?.faults(api: api, apiVersion: apiVersion) ?? [] {
            let key = fault.key.rawValue
            complaints.add(fault.message, at: node[key]?.offset ?? node.offset, place(key))
        }
        probe = complaints.word(node["probe"], among: ProbeKind.allCases, "kind of probe", at: place("probe"))
        if let probe, probe != .completion, dialect.rules?.lookup(on: server) == nil {
            complaints.add(
                "the dialect \(dialect.rawValue) supports only completions",
                at: node["probe"]?.offset ?? node.offset, place("probe"))
        }
    }
}
