extension FailureClass {
    /// Whether nobody answered, or nobody but what stands in front of a server that doesn't.
    var isOutage: Bool {
        switch self {
        case .timeout, .connection, .serverError: true
        default: false
        }
    }

    /// Whether a whole provider may be left alone because of it.
    var mayConcernProvider: Bool {
        switch self {
        case .auth, .quota, .rateLimited: true
        default: isOutage
        }
    }
}

extension ProbeFailure {
    /// Whether the next call of its target would fail so, too, whatever becomes of the provider's others. A model that is not
    /// found counts only once that is confirmed, which the store decides.
    var restsTarget: Bool {
        scope != .provider && failureClass.mayConcernProvider || asksForLong
    }

    /// Whether one target was told to wait for longer than its provider is left alone because of it.
    private var asksForLong: Bool {
        failureClass == .rateLimited && retryAfter.map { $0 > StandOff.longestPause } ?? false
    }

    /// Whether a second target that fails so shows that it is the provider. What the key may not do with one model never does:
    /// each finds out by itself.
    var mayBeShared: Bool {
        restsTarget && (failureClass != .auth || scope == .unknown)
    }

    /// Whether only a service that is open to this instance answers so.
    var showsService: Bool {
        switch failureClass {
        case .invalidRequest, .noVersion, .notFound: true
        case .auth: scope == .target
        default: false
        }
    }

    /// Whether it shows that `standOff` has lost its cause.
    func ends(_ standOff: StandOff) -> Bool {
        guard standOff.cause.isOutage else { return showsService }
        return !failureClass.isOutage && failureClass != .address && failureClass != .malformed
    }
}
