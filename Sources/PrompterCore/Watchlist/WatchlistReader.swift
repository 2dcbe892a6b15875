/// Reads a watchlist: a valid one whole, or all that is wrong with it.
struct WatchlistReader {
    private static let keys = ["$schema", "defaults", "providers", "watches"]

    private let source: WatchlistSource
    private var complaints = WatchlistComplaints()
    private var texts: WatchlistTexts

    init(_ source: WatchlistSource) {
        self.source = source
        texts = WatchlistTexts(source)
    }

    mutating func read() throws(InvalidWatchlist) -> Watchlist {
        let document: JSONDocument
        do {
            document = try JSONDocument(source.bytes)
        } catch {
            complaints.add(error.message, at: error.offset, .document)
            throw InvalidWatchlist(errors: complaints.errors(in: source))
        }
        for member in document.duplicateNames {
            complaints.add("the key \"\(member.name)\" is repeated here", at: member.nameOffset, .document)
        }
        let root = document.root
        let watchlist = complaints.members(of: root, known: Self.keys, at: .document) { .member($0) }
            .map { _ in read(root) }
        guard let watchlist, complaints.isEmpty else { throw InvalidWatchlist(errors: complaints.errors(in: source)) }
        return watchlist
    }

    private mutating func read(_ root: JSONNode) -> Watchlist {
        let defaults = root["defaults"].map { WatchDefaults($0, source, into: &complaints) } ?? WatchDefaults()
        let providers = readProviders(root)
        let drafts = readWatches(root, defaults, providers)
        refuseDuplicates(drafts)
        refuseContradictions(drafts)
        return Self.join(drafts.filter(\.isEnabled), providers.compactMapValues { $0 }, defaults)
    }

    /// The providers by name; `nil` for one that something is wrong with, so that its watches are not complained of too.
    private mutating func readProviders(_ root: JSONNode) -> [String: Provider?] {
        guard let node = root["providers"] else {
            complaints.add("\"providers\" is missing", at: root.offset, .document)
            return [:]
        }
        guard case .object(let members) = node.value else {
            complaints.add("should be an object, not \(node.kind)", at: node.offset, .member("providers"))
            return [:]
        }
        var providers: [String: Provider?] = [:]
        for member in members {
            if !Self.isProviderName(member.name) {
                complaints.add(
                    "a provider's name consists of up to 64 letters, digits, dots, hyphens and underscores and starts with"
                        + " a letter or digit", at: member.nameOffset, .provider(member.name, ""))
            }
            let provider = ProviderEntry(name: member.name, source: source).read(member.node, into: &complaints)
            providers.updateValue(provider, forKey: member.name)
        }
        return providers
    }

    /// Names become labels, and file names in the folder of credentials.
    private static func isProviderName(_ name: String) -> Bool {
        func isPlain(_ character: Character) -> Bool { character.isASCII && (character.isLetter || character.isNumber) }
        return name.count <= 64 && name.first.map(isPlain) == true
            && name.allSatisfy { isPlain($0) || $0 == "." || $0 == "-" || $0 == "_" }
    }

    private mutating func readWatches(
        _ root: JSONNode, _ defaults: WatchDefaults, _ providers: [String: Provider?]
    ) -> [WatchEntry.Draft] {
        guard let node = root["watches"] else {
            complaints.add("\"watches\" is missing", at: root.offset, .document)
            return []
        }
        guard let elements = node.elements else {
            complaints.add("should be an array, not \(node.kind)", at: node.offset, .member("watches"))
            return []
        }
        var drafts: [WatchEntry.Draft] = []
        drafts.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let entry = WatchEntry(index: index, defaults: defaults, providers: providers)
            if let draft = entry.read(element, into: &complaints, texts: &texts) { drafts.append(draft) }
        }
        return drafts
    }

    private mutating func refuseDuplicates(_ drafts: [WatchEntry.Draft]) {
        var first: [Watch.Key: Int] = [:]
        first.reserveCapacity(drafts.count)
        for draft in drafts {
            if let earlier = first[draft.key] {
                complaints.add(
                    "is the same as watches[\(earlier)]; org, workspace, template, provider and model together must be unique",
                    at: draft.offset, .watch(draft.index, ""))
            } else {
                first[draft.key] = draft.index
            }
        }
    }

    /// One receiver gets one format, whichever watch an event is about.
    private mutating func refuseContradictions(_ drafts: [WatchEntry.Draft]) {
        struct Receiver: Hashable {
            var url: String
            var files: [String?]
        }
        struct Form: Equatable {
            var format: Webhook.Format
            var signingKeyFile: String?
        }
        var first: [Receiver: (form: Form, index: Int)] = [:]
        for draft in drafts {
            guard let webhook = draft.webhook else { continue }
            let receiver = Receiver(url: webhook.url, files: [webhook.headerFile, webhook.routingKeyFile])
            let form = Form(format: webhook.format, signingKeyFile: webhook.signingKeyFile)
            guard let earlier = first[receiver] else {
                first[receiver] = (form, draft.index)
                continue
            }
            if earlier.form != form {
                complaints.add(
                    "its webhook has another format or signing key file in watches[\(earlier.index)]; use the same in both",
                    at: draft.offset, .watch(draft.index, ""))
            }
        }
    }

    /// Makes the targets: watches that would make the same call share one, at the shortest interval and with the longest
    /// timeout that any of them asks for.
    private static func join(
        _ drafts: [WatchEntry.Draft], _ providers: [String: Provider], _ defaults: WatchDefaults
    ) -> Watchlist {
        struct Call: Hashable {
            var provider: String
            var model: String
            var systemInstructions: String?
            var inferenceParameters: String?
        }
        struct Group {
            var draft: WatchEntry.Draft
            var interval: Duration
            var timeout: Duration
        }
        var groups: [Group] = []
        var places: [Call: Int] = [:]
        let groupOfDraft = drafts.map { draft in
            let isLookup = draft.provider.probeKind == .metadata
            let call = Call(
                provider: draft.provider.name, model: draft.key.model,
                systemInstructions: isLookup ? nil : draft.systemInstructions,
                inferenceParameters: isLookup ? nil : draft.inferenceParameters?.canonicalText)
            if let place = places[call] {
                groups[place].interval = min(groups[place].interval, draft.interval)
                groups[place].timeout = max(groups[place].timeout, draft.timeout)
                return place
            }
            places[call] = groups.count
            groups.append(Group(draft: draft, interval: draft.interval, timeout: draft.timeout))
            return groups.count - 1
        }
        let targets = groups.map { group in
            Target(
                provider: group.draft.provider, model: group.draft.key.model,
                systemInstructions: group.draft.systemInstructions,
                inferenceParameters: group.draft.inferenceParameters, interval: group.interval, timeout: group.timeout)
        }
        let watches = zip(drafts, groupOfDraft).map { draft, group in
            Watch(
                key: draft.key, target: targets[group], expectation: draft.expectation, webhook: draft.webhook)
        }
        return Watchlist(providers: providers, watches: watches, targets: targets, defaults: defaults)
    }
}
