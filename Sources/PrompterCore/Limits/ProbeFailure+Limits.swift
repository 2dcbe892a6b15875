extension ProbeFailure {
    /// Whether every other target of the provider would be answered the same.
    public var isProviderWide: Bool {
        scope == .provider
    }

    /// Whether this target alone will go on being answered so.
    var isTargetsOwn: Bool {
        failureClass == .notFound || failureClass == .auth && scope == .target
    }

    /// Whether only a service that is open to this instance answers so.
    var showsService: Bool {
        switch failureClass {
        case .invalidRequest, .noVersion, .notFound: true
        case .auth: scope == .target
        default: false
        }
    }
}
