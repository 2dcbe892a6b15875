/// Reads an `on_change`: a watch's, or the defaults'.
struct WebhookEntry {
    static let keys = ["webhook", "format", "header_file", "signing_key_file", "routing_key_file", "severity"]

    let source: WatchlistSource
    let place: (String) -> WatchlistComplaints.Place

    /// The webhook; `nil` where something is wrong with it, which `complaints` then has.
    func read(_ node: JSONNode, into complaints: inout WatchlistComplaints) -> Webhook? {
        guard complaints.members(of: node, known: Self.keys, at: place("on_change"), inner: inner) != nil else {
            return nil
        }
        // What depends on a format is left alone where nobody knows which.
        let format =
            node["format"] == nil
            ? .prompterd
            : complaints.word(node["format"], among: Webhook.Format.allCases, "format", at: inner("format"))
        let url = readURL(node, format, into: &complaints)
        let headers = readHeaderFile(node, into: &complaints)
        let signingKeys = readKeyFile("signing_key_file", node, into: &complaints)
        let routingKey = readKeyFile("routing_key_file", node, into: &complaints)
        let severity = readSeverity(node, into: &complaints)
        guard let format else { return nil }
        checkRoutingKey(node, format, into: &complaints)
        return url.map {
            Webhook(
                url: $0, format: format, headerFile: headers, signingKeyFile: signingKeys, routingKeyFile: routingKey,
                severity: severity ?? Webhook.usualSeverity)
        }
    }

    private func inner(_ member: String) -> WatchlistComplaints.Place { place("on_change.\(member)") }

    /// No message quotes the URL: it is often a secret.
    private func readURL(
        _ node: JSONNode, _ format: Webhook.Format?, into complaints: inout WatchlistComplaints
    ) -> String? {
        guard let entry = node["webhook"] else {
            if let format, format.usualURL == nil {
                complaints.add("\"webhook\" is missing", at: node.offset, place("on_change"))
            }
            return format?.usualURL
        }
        guard let text = complaints.name(entry, at: inner("webhook"), limit: 2048) else { return nil }
        if let fault = BaseURL.fault(in: text, mayHaveQuery: true) {
            complaints.add(fault, at: entry.offset, inner("webhook"))
            return nil
        }
        guard TransportSecurity.mayCarryCredential(url: text) else {
            complaints.add(
                "a webhook is never called over plain HTTP except at a loopback address; use https://",
                at: entry.offset, inner("webhook"))
            return nil
        }
        // Anywhere else Alertmanager answers 404 or 405, and the first event would be lost.
        if format == .alertmanager, !text.prefix(while: { $0 != "?" }).hasSuffix("/api/v2/alerts") {
            complaints.add(
                "should end with /api/v2/alerts, where Alertmanager takes alerts", at: entry.offset, inner("webhook"))
            return nil
        }
        return text
    }

    /// Headers in their file's place would be shown as its path.
    private func readHeaderFile(_ node: JSONNode, into complaints: inout WatchlistComplaints) -> String? {
        guard let entry = node["header_file"],
            let file = complaints.name(entry, at: inner("header_file"), limit: 4096)
        else { return nil }
        if file.contains(": ") {
            complaints.add("should be the path of a file, not a header", at: entry.offset, inner("header_file"))
            return nil
        }
        return source.resolve(file)
    }

    /// A key in its file's place would be shown as its path.
    private func readKeyFile(
        _ member: String, _ node: JSONNode, into complaints: inout WatchlistComplaints
    ) -> String? {
        guard let entry = node[member], let file = complaints.name(entry, at: inner(member), limit: 4096) else {
            return nil
        }
        if file.hasPrefix("whsec_") || Redaction.looksLikeKey(file) {
            complaints.add(
                "should be the path of a file, not a key; if a file really has this name, write ./ before it",
                at: entry.offset, inner(member))
            return nil
        }
        return source.resolve(file)
    }

    private func checkRoutingKey(
        _ node: JSONNode, _ format: Webhook.Format, into complaints: inout WatchlistComplaints
    ) {
        if format == .pagerduty, node["routing_key_file"] == nil {
            complaints.add("\"routing_key_file\" is missing", at: node.offset, place("on_change"))
        } else if format != .pagerduty, let entry = node["routing_key_file"] {
            complaints.add(
                "is for the format pagerduty; remove it, or set \"format\"", at: entry.offset, inner("routing_key_file")
            )
        }
    }

    private func readSeverity(_ node: JSONNode, into complaints: inout WatchlistComplaints) -> Severity? {
        guard let entry = node["severity"], let text = complaints.string(entry, at: inner("severity")) else {
            return nil
        }
        if let severity = Severity(rawValue: text) { return severity }
        let names = Severity.allCases.map(\.rawValue)
        let suggestion = Suggestion.text(for: text, among: names)
        complaints.add(
            "no severity named \"\(text)\"\(suggestion.isEmpty ? "; it should be one of \(names.joined(separator: ", "))" : suggestion)",
            at: entry.offset, inner("severity"))
        return nil
    }
}
