/// Reads one entry of the watchlist's `watches`.
struct WatchEntry {
    static let keys = [
        "template", "provider", "model", "org", "workspace", "interval", "timeout", "system_instructions",
        "system_instructions_file", "inference_params", "expect", "on_change", "enabled",
    ]

    /// A watch whose target is not made yet, since other watches may share it.
    struct Draft {
        var key: Watch.Key
        var provider: Provider
        var systemInstructions: String?
        var inferenceParameters: JSONValue?
        var interval: Duration
        var timeout: Duration
        var expectation: Expectation?
        var webhook: Webhook?
        var isEnabled: Bool
        var offset: Int
        var index: Int
    }

    let index: Int
    let defaults: WatchDefaults
    let providers: [String: Provider?]

    /// The watch; `nil` where something is wrong with it, which `complaints` then has.
    func read(
        _ node: JSONNode, into complaints: inout WatchlistComplaints, texts: inout WatchlistTexts
    ) -> Draft? {
        guard complaints.members(of: node, known: Self.keys, at: place(""), inner: place) != nil else { return nil }
        let template = required("template", in: node, into: &complaints)
        let model = required("model", in: node, into: &complaints)
        let provider = readProvider(node, into: &complaints)
        let org = complaints.name(node["org"], at: place("org")) ?? defaults.org
        let workspace = complaints.name(node["workspace"], at: place("workspace")) ?? defaults.workspace
        let (interval, timeout) = readTimes(node, into: &complaints)
        let instructions = readInstructions(node, into: &complaints, texts: &texts)
        let parameters = readParameters(node, into: &complaints)
        let expectation = node["expect"].flatMap { ExpectationEntry(place: place).read($0, into: &complaints) }
        let webhook = readWebhook(node, texts.source, into: &complaints)
        let isEnabled = node["enabled"].map { complaints.boolean($0, at: place("enabled")) ?? true } ?? true
        guard let template, let model, let provider else { return nil }
        return Draft(
            key: Watch.Key(org: org, workspace: workspace, template: template, provider: provider.name, model: model),
            provider: provider, systemInstructions: instructions, inferenceParameters: parameters, interval: interval,
            timeout: timeout, expectation: expectation, webhook: webhook, isEnabled: isEnabled, offset: node.offset,
            index: index)
    }

    private func place(_ member: String) -> WatchlistComplaints.Place { .watch(index, member) }

    private func required(_ member: String, in node: JSONNode, into complaints: inout WatchlistComplaints) -> String? {
        guard let entry = node[member] else {
            complaints.add("\"\(member)\" is missing", at: node.offset, place(""))
            return nil
        }
        return complaints.name(entry, at: place(member))
    }

    private func readProvider(_ node: JSONNode, into complaints: inout WatchlistComplaints) -> Provider? {
        guard let name = required("provider", in: node, into: &complaints) else { return nil }
        if let known = providers[name] { return known }
        complaints.add(
            "no provider named \"\(name)\"\(Suggestion.text(for: name, among: providers.keys))",
            at: node["provider"]?.offset ?? node.offset, place("provider"))
        return nil
    }

    private func readTimes(
        _ node: JSONNode, into complaints: inout WatchlistComplaints
    ) -> (interval: Duration, timeout: Duration) {
        let interval =
            complaints.duration(node["interval"], in: WatchDefaults.intervals, at: place("interval"))
            ?? defaults.interval
        let written = complaints.duration(node["timeout"], in: WatchDefaults.timeouts, at: place("timeout"))
        guard let timeout = written ?? defaults.timeout else {
            return (interval, min(WatchDefaults.usualTimeout, interval))
        }
        // Where both are the defaults' own, the defaults are complained of once.
        if timeout > interval, node["timeout"] != nil || node["interval"] != nil {
            let member = node["timeout"] != nil ? "timeout" : "interval"
            complaints.add(
                "the timeout (\(DurationText.format(timeout))) is longer than the interval (\(DurationText.format(interval)))",
                at: node[member]?.offset ?? node.offset, place(member))
        }
        return (interval, timeout)
    }

    private func readInstructions(
        _ node: JSONNode, into complaints: inout WatchlistComplaints, texts: inout WatchlistTexts
    ) -> String? {
        let text = node["system_instructions"].flatMap {
            complaints.string($0, at: self.place("system_instructions"))
        }
        guard let entry = node["system_instructions_file"] else { return text }
        let place = self.place("system_instructions_file")
        guard node["system_instructions"] == nil else {
            complaints.add(
                "only one of \"system_instructions\" and \"system_instructions_file\" is allowed here",
                at: entry.offset,
                place)
            return nil
        }
        guard let path = complaints.name(entry, at: place, limit: 4096) else { return nil }
        do {
            return try texts.read(path)
        } catch {
            complaints.add(error.reason, at: entry.offset, place)
            return nil
        }
    }

    /// A watch's own webhook takes the place of the defaults'. Where nothing is to be called nobody is told either.
    private func readWebhook(
        _ node: JSONNode, _ source: WatchlistSource, into complaints: inout WatchlistComplaints
    ) -> Webhook? {
        let own = node["on_change"].flatMap { WebhookEntry(source: source, place: place).read($0, into: &complaints) }
        return source.stubsOnly ? nil : own ?? defaults.webhook
    }

    private func readParameters(_ node: JSONNode, into complaints: inout WatchlistComplaints) -> JSONValue? {
        guard let entry = node["inference_params"] else { return nil }
        guard case .object(let members) = entry.value else {
            complaints.add("should be an object, not \(entry.kind)", at: entry.offset, place("inference_params"))
            return nil
        }
        for member in members where Dialect.reservedParameters.contains(member.name) {
            complaints.add(
                "is set by the probe and can't be set here", at: member.nameOffset,
                place("inference_params.\(member.name)"))
        }
        return members.isEmpty ? nil : entry.plain
    }
}
