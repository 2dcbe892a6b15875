/// Reads an `on_change`: a watch's, or the defaults'.
struct WebhookEntry {
    static let keys = ["webhook", "header_file", "severity"]

    let source: WatchlistSource
    let place: (String) -> WatchlistComplaints.Place

    /// The webhook; `nil` where something is wrong with it, which `complaints` then has.
    func read(_ node: JSONNode, into complaints: inout WatchlistComplaints) -> Webhook? {
        guard complaints.members(of: node, known: Self.keys, at: place("on_change"), inner: inner) != nil else {
            return nil
        }
        let url = readURL(node, into: &complaints)
        let file = readHeaderFile(node, into: &complaints)
        let severity = readSeverity(node, into: &complaints)
        return url.map { Webhook(url: $0, headerFile: file, severity: severity ?? Webhook.usualSeverity) }
    }

    private func inner(_ member: String) -> WatchlistComplaints.Place { place("on_change.\(member)") }

    /// No message quotes the URL: it is often a secret.
    private func readURL(_ node: JSONNode, into complaints: inout WatchlistComplaints) -> String? {
        guard let entry = node["webhook"] else {
            complaints.add("\"webhook\" is missing", at: node.offset, place("on_change"))
            return nil
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
