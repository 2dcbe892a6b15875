extension ProbeFailure {
    /// Whether every other target of the provider would be answered the same.
    public var isProviderWide: Bool {
        switch failureClass {
        case .auth: !isTargetOnly
        case .quota, .rateLimited: true
        default: false
        }
    }

    /// Whether this target alone will go on being answered so.
    var isTargetsOwn: Bool {
        failureClass == .notFound || failureClass == .auth && isTargetOnly
    }

    /// Whether only a service that is open to this instance answers so.
    var showsService: Bool {
        switch failureClass {
        case .invalidRequest, .noVersion, .notFound: true
        case .auth: isTargetOnly
        default: false
        }
    }
}
