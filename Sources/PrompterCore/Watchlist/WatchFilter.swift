/// Which watches a question is about: those that have every text that is given.
public struct WatchFilter: Hashable, Sendable {
    public var org: String?
    public var workspace: String?
    public var template: String?
    public var provider: String?
    public var model: String?

    /// With nothing given, all watches match.
    public init(
        org: String? = nil, workspace: String? = nil, template: String? = nil, provider: String? = nil,
        model: String? = nil
    ) {
        self.org = org
        self.workspace = workspace
        self.template = template
        self.provider = provider
        self.model = model
    }

    /// Whether a question with this filter is about `watch`.
    public func matches(_ watch: Watch.Key) -> Bool {
        func agrees(_ wanted: String?, _ text: String) -> Bool { wanted == nil || wanted == text }
        return agrees(org, watch.org) && agrees(workspace, watch.workspace) && agrees(template, watch.template)
            && agrees(provider, watch.provider) && agrees(model, watch.model)
    }
}
