/// "Which version serves this template?", as the service layer's callers ask it: with as much of a watch as they know.
public struct VersionRequest: Sendable {
    public var template: String
    public var org: String?
    public var workspace: String?
    public var provider: String?
    public var model: String?
    /// For a triple that is not watched; a watch has its own.
    public var systemInstructions: String?
    /// For a triple that is not watched: an object.
    public var inferenceParameters: JSONValue?
    /// Whether a call is made in any case.
    public var isForced: Bool

    public init(
        template: String, org: String? = nil, workspace: String? = nil, provider: String? = nil, model: String? = nil,
        systemInstructions: String? = nil, inferenceParameters: JSONValue? = nil, isForced: Bool = false
    ) {
        self.template = template
        self.org = org
        self.workspace = workspace
        self.provider = provider
        self.model = model
        self.systemInstructions = systemInstructions
        self.inferenceParameters = inferenceParameters
        self.isForced = isForced
    }

    /// Why a request finds nothing to call.
    public enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// The template is not watched, and the request does not say what to call.
        case unwatched(String)
        /// No provider of this name is in the watchlist.
        case unknownProvider(String, suggestion: String)
        /// The probe itself sets this inference parameter.
        case reservedParameter(String)
        /// As many watches match.
        case ambiguous(Int)

        public var description: String {
            switch self {
            case .unwatched(let template):
                "no watch of template \"\(SafeText(template))\" matches; name a provider and a model_id"
            case .unknownProvider(let name, let suggestion):
                "no provider named \"\(SafeText(name))\" is in the watchlist\(suggestion)"
            case .reservedParameter(let name):
                "inference_params.\(SafeText(name)) is set by the probe and can't be set here"
            case .ambiguous(let count):
                "\(count) watches match; say which by org_id, workspace_id, provider and model_id"
            }
        }
    }
}

/// Finds the watches of a template, and what a request means that no watch answers.
public struct WatchIndex: Sendable {
    private let watchlist: Watchlist
    private let places: [String: [Int]]

    public init(_ watchlist: Watchlist) {
        self.watchlist = watchlist
        places = Dictionary(grouping: watchlist.watches.indices) { watchlist.watches[$0].key.template }
    }

    /// What `request` asks for: a watch, or, where none matches, a triple of a provider that is known, at the defaults' interval.
    ///
    /// - Throws: ``VersionRequest/Problem``.
    public func find(_ request: VersionRequest) throws(VersionRequest.Problem) -> (watch: Watch, isWatched: Bool) {
        let filter = WatchFilter(
            org: request.org, workspace: request.workspace, template: request.template, provider: request.provider,
            model: request.model)
        let found = (places[request.template] ?? []).map { watchlist.watches[$0] }.filter { filter.matches($0.key) }
        if let watch = found.first {
            guard found.count == 1 else { throw .ambiguous(found.count) }
            return (watch, true)
        }
        guard let name = request.provider, let model = request.model else { throw .unwatched(request.template) }
        guard let provider = watchlist.providers[name] else {
            throw .unknownProvider(name, suggestion: Suggestion.text(for: name, among: watchlist.providers.keys))
        }
        if case .object(let members) = request.inferenceParameters,
            let reserved = members.first(where: { Dialect.reservedParameters.contains($0.name) })
        {
            throw .reservedParameter(reserved.name)
        }
        let defaults = watchlist.defaults
        let target = Target(
            provider: provider, model: model, systemInstructions: request.systemInstructions,
            inferenceParameters: request.inferenceParameters, interval: defaults.interval,
            timeout: defaults.timeout ?? WatchDefaults.usualTimeout)
        let key = Watch.Key(
            org: request.org ?? defaults.org, workspace: request.workspace ?? defaults.workspace,
            template: request.template, provider: name, model: model)
        return (Watch(key: key, target: target), false)
    }
}
