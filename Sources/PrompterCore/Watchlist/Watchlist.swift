/// A valid watchlist: what to watch, and whom to call.
public struct Watchlist: Sendable {
    /// By name.
    public var providers: [String: Provider]
    /// In the file's order; those that are not enabled are left out.
    public var watches: [Watch]
    /// What the watches point to, each once, in the order of their first watch.
    public var targets: [Target]

    public init(providers: [String: Provider] = [:], watches: [Watch] = [], targets: [Target] = []) {
        self.providers = providers
        self.watches = watches
        self.targets = targets
    }
}
