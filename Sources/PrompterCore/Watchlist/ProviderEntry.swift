/// Reads one entry of the watchlist's `providers`.
struct ProviderEntry {
    static let keys = [
        "dialect", "base_url", "api_key_file", "api_key_env", "api", "api_version", "probe", "server", "headers",
        "ca_file", "concurrency", "requests_per_minute",
    ]

    /// Names under which credentials are often written into configuration. None may stand in a watchlist.
    private static let credentialKeys: Set<String> = [
        "api_key", "apikey", "key", "token", "secret", "password", "authorization",
    ]
    private static let credentialHeaders: Set<String> = [
        "authorization", "proxy-authorization", "api-key", "x-api-key", "x-goog-api-key", "cookie",
    ]

    let name: String
    let source: WatchlistSource

    /// The provider; `nil` where something is wrong with it, which `complaints` then has.
    func read(_ node: JSONNode, into complaints: inout WatchlistComplaints) -> Provider? {
        var (plain, credentials) = (node, [JSONNode.Member]())
        if case .object(let members) = node.value {
            credentials = members.filter { Self.credentialKeys.contains($0.name.lowercased()) }
            plain.value = .object(members.filter { !Self.credentialKeys.contains($0.name.lowercased()) })
        }
        for member in credentials {
            complaints.add(
                "a credential must not be in the watchlist; name its location with \"api_key_file\" or \"api_key_env\"",
                at: member.nameOffset, place(member.name))
        }
        guard complaints.members(of: plain, known: Self.keys, at: place(""), inner: place) != nil else { return nil }
        guard let dialect = readDialect(plain, into: &complaints) else { return nil }
        let choices = ProviderChoices(plain, of: dialect, at: place, into: &complaints)
        return Provider(
            name: name, dialect: dialect, isStub: source.stubsOnly,
            baseURL: readBaseURL(plain, dialect, into: &complaints) ?? "",
            credentialPlace: readCredentialPlace(plain, into: &complaints), api: choices.api,
            apiVersion: choices.apiVersion, probe: choices.probe, server: choices.server,
            headers: readHeaders(plain, into: &complaints),
            authorityFile: complaints.name(plain["ca_file"], at: place("ca_file"), limit: 4096).map(source.resolve),
            concurrency: plain["concurrency"].flatMap {
                complaints.integer($0, in: 1...1000, at: place("concurrency"))
            } ?? Provider.usualConcurrency,
            requestsPerMinute: plain["requests_per_minute"].flatMap {
                complaints.integer($0, in: 1...100_000, at: place("requests_per_minute"))
            })
    }

    private func place(_ member: String) -> WatchlistComplaints.Place { .provider(name, member) }

    private func readDialect(_ node: JSONNode, into complaints: inout WatchlistComplaints) -> Dialect? {
        guard let entry = node["dialect"] else {
            let names = Dialect.allCases.map(\.rawValue).joined(separator: ", ")
            complaints.add("\"dialect\" is missing; it should be one of \(names)", at: node.offset, place(""))
            return nil
        }
        return complaints.word(entry, among: Dialect.allCases, "dialect", at: place("dialect"))
    }

    private func readBaseURL(
        _ node: JSONNode, _ dialect: Dialect, into complaints: inout WatchlistComplaints
    ) -> String? {
        guard let entry = node["base_url"] else {
            if let usual = dialect.usualBaseURL { return usual }
            if dialect == .stub { return "" }
            complaints.add(
                "\"base_url\" is missing; the dialect \(dialect.rawValue) has no default", at: node.offset, place(""))
            return nil
        }
        guard let text = complaints.name(entry, at: place("base_url"), limit: 2048) else { return nil }
        if let fault = BaseURL.fault(in: text) {
            complaints.add(fault, at: entry.offset, place("base_url"))
            return nil
        }
        if node["api_key_file"] != nil || node["api_key_env"] != nil, !TransportSecurity.mayCarryCredential(url: text) {
            complaints.add(
                "a credential is never sent over plain HTTP except to a loopback address; use https://",
                at: entry.offset, place("base_url"))
        }
        return BaseURL.normalized(text)
    }

    private func readCredentialPlace(
        _ node: JSONNode, into complaints: inout WatchlistComplaints
    ) -> Provider.CredentialPlace? {
        let file = complaints.name(node["api_key_file"], at: place("api_key_file"), limit: 4096)
        let variable = complaints.name(node["api_key_env"], at: place("api_key_env"))
        if let entry = node["api_key_env"], node["api_key_file"] != nil {
            complaints.add(
                "only one of \"api_key_file\" and \"api_key_env\" is allowed here", at: entry.offset,
                place("api_key_env"))
        }
        if let entry = node["api_key_env"], let variable,
            !Self.isVariable(variable) || Redaction.looksLikeKey(variable)
        {
            complaints.add(
                "should be the name of an environment variable (letters, digits and underscores), not a key",
                at: entry.offset, place("api_key_env"))
            return nil
        }
        if let entry = node["api_key_file"], let file, Redaction.looksLikeKey(file) {
            complaints.add(
                "should be the path of a file, not a key; if a file really has this name, write ./ before it",
                at: entry.offset,
                place("api_key_file"))
            return nil
        }
        return file.map { .file(source.resolve($0)) } ?? variable.map { .environment($0) }
    }

    /// Whether `text` can name an environment variable (IEEE Std 1003.1, section 8.1).
    private static func isVariable(_ text: String) -> Bool {
        text.utf8.allSatisfy {
            Character(Unicode.Scalar($0)).isLetter && $0 < 0x80 || ("0"..."9").contains(Character(Unicode.Scalar($0)))
                || $0 == UInt8(ascii: "_")
        }
            && !("0"..."9").contains(text.first ?? "0")
    }

    private func readHeaders(_ node: JSONNode, into complaints: inout WatchlistComplaints) -> [HTTPHeader] {
        guard let entry = node["headers"] else { return [] }
        guard case .object(let members) = entry.value else {
            complaints.add("should be an object, not \(entry.kind)", at: entry.offset, place("headers"))
            return []
        }
        return members.compactMap { member in
            let place = place("headers.\(member.name)")
            guard let value = complaints.string(member.node, at: place) else { return nil }
            if Self.credentialHeaders.contains(member.name.lowercased()) {
                complaints.add(
                    "a credential must not be in the watchlist; name its location with \"api_key_file\" or \"api_key_env\"",
                    at: member.nameOffset, place)
            } else if !HTTPHeader.isName(member.name) {
                complaints.add("is not a valid header name", at: member.nameOffset, place)
            } else if !HTTPHeader.isValue(value) {
                complaints.add("must not contain control characters", at: member.node.offset, place)
            }
            return HTTPHeader(member.name, value)
        }
    }
}
