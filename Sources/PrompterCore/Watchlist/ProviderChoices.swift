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
        func entry(_ key: String, ofDialects dialects: [Dialect]) -> JSONNode? {
            guard let entry = node[key] else { return nil }
            if dialects.contains(dialect) { return entry }
            let names = dialects.map(\.rawValue).joined(separator: ", ")
            complaints.add(
                "the dialect \(dialect.rawValue) has no such key; these have: \(names)", at: entry.offset, place(key))
            return nil
        }
        server = complaints.word(
            entry("server", ofDialects: [.openAICompatible]), among: Server.allCases, "server", at: place("server"))
        api = complaints.word(
            entry("api", ofDialects: [.openAI, .azureOpenAI, .openAICompatible]), among: [CallForm.chat, .responses],
            "API", at: place("api"))
        apiVersion = complaints.name(
            entry("api_version", ofDialects: [.azureOpenAI]), at: place("api_version"), limit: 64)
        if let apiVersion, !Self.isVersion(apiVersion) {
            complaints.add(
                "should be a version of Azure's API, such as 2024-10-21",
                at: node["api_version"]?.offset ?? node.offset,
                place("api_version"))
        }
        if node["api_version"] != nil, api == .responses {
            complaints.add(
                "Azure's deployments have no Responses API; leave \"api_version\" out for the v1 API",
                at: node["api"]?.offset ?? node.offset, place("api"))
        }
        probe = complaints.word(node["probe"], among: ProbeKind.allCases, "kind of probe", at: place("probe"))
        if let probe, probe != .completion, !Self.hasLookup(dialect) {
            complaints.add(
                "the dialect \(dialect.rawValue) tells nothing beside completions",
                at: node["probe"]?.offset ?? node.offset, place("probe"))
        }
    }

    private static func hasLookup(_ dialect: Dialect) -> Bool {
        switch dialect {
        case .openAI, .google, .anthropic, .openAICompatible: true
        case .azureOpenAI, .stub: false
        }
    }

    /// It goes into a URL's query as it is.
    private static func isVersion(_ text: String) -> Bool {
        text.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}
