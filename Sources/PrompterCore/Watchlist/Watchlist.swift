/// A valid watchlist: what to watch, and whom to call.
public struct Watchlist: Sendable {
    /// By name.
    public var providers: [String: Provider]
    /// In the file's order; those that are not enabled are left out.
    public var watches: [Watch]
    /// What the watches point to, each once, in the order of their first watch.
    public var targets: [Target]
    /// What a triple has that is asked for and not watched.
    public var defaults: WatchDefaults

    public init(
        providers: [String: Provider] = [:], watches: [Watch] = [], targets: [Target] = [],
        defaults: WatchDefaults = WatchDefaults()
    ) {
        self.providers = providers
        self.watches = watches
        self.targets = targets
        self.defaults = defaults
    }
}

extension Watchlist {
    /// The files that its webhooks need, each once, in the order of their paths.
    public var webhookFiles: [WebhookFile] {
        let files = Set(watches.compactMap(\.webhook)).flatMap(\.files)
        return Set(files).sorted { ($0.path, $0.kind.rawValue) < ($1.path, $1.kind.rawValue) }
    }

    /// Reads the watchlist that `source` holds.
    ///
    /// - Throws: ``InvalidWatchlist`` with all that is wrong.
    public init(_ source: WatchlistSource) throws(InvalidWatchlist) {
        var reader = WatchlistReader(source)
        self = try reader.read()
    }
}

/// One entry of the watchlist.
public struct Watch: Hashable, Sendable {
    /// What tells one watch from another, as the service layer's table does.
    public struct Key: Hashable, Sendable, Comparable {
        public var org: String
        public var workspace: String
        public var template: String
        public var provider: String
        public var model: String

        public init(org: String, workspace: String, template: String, provider: String, model: String) {
            self.org = org
            self.workspace = workspace
            self.template = template
            self.provider = provider
            self.model = model
        }

        /// - Returns: `nil` unless `texts` are five.
        public init?(texts: [String]) {
            guard texts.count == 5 else { return nil }
            self.init(
                org: texts[0], workspace: texts[1], template: texts[2], provider: texts[3], model: texts[4])
        }

        /// Its five parts, in the order in which they are compared.
        public var texts: [String] { [org, workspace, template, provider, model] }

        public static func < (left: Key, right: Key) -> Bool {
            (left.org, left.workspace, left.template, left.provider, left.model)
                < (right.org, right.workspace, right.template, right.provider, right.model)
        }
    }

    public var key: Key
    /// The target it points to.
    public var target: Target
    /// Which versions it expects; `nil` for any.
    public var expectation: Expectation?
    /// Who is told of its events; `nil` for nobody.
    public var webhook: Webhook?

    public init(key: Key, target: Target, expectation: Expectation? = nil, webhook: Webhook? = nil) {
        self.key = key
        self.target = target
        self.expectation = expectation
        self.webhook = webhook
    }
}

extension TargetID {
    /// The identity of a target that stands for what was imported of `watch` and has no call: no call's hash is the same.
    public init(importedOf watch: Watch.Key) {
        var hash = SHA256()
        hash.update(field: "import")
        for text in watch.texts { hash.update(field: text) }
        self.init(hash: hash)
    }
}
