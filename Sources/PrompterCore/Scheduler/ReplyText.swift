extension Reply.Reason {
    /// Its name in JSON.
    public var name: String {
        switch self {
        case .standOff: "stand_off"
        case .givenUp: "given_up"
        case .held: "held"
        case .disabled: "disabled"
        case .credential: "credential"
        case .store: "store"
        case .limited: "limited"
        case .deadline: "deadline"
        case .stopping: "stopping"
        }
    }

    /// How the call failed because of which none was made, or would have.
    public var failureClass: FailureClass? {
        switch self {
        case .standOff(let failureClass, _), .givenUp(let failureClass): failureClass
        case .credential: .auth
        case .held, .limited, .disabled, .store, .deadline, .stopping: nil
        }
    }

    /// What is wrong, and what to do.
    ///
    /// - Parameter force: how whoever asks can have a call made in any case.
    public func detail(force: String) -> String {
        switch self {
        case .standOff(_, let rest):
            "an earlier call failed this way; no calls for \(DurationText.brief(rest)); \(force) probes anyway"
        case .givenUp: "an earlier probe of this slot failed for good; \(force) probes anyway"
        case .held(let time):
            "another instance holds this slot for another \(DurationText.brief(time)); \(force) probes anyway"
        case .disabled:
            "probes are disabled (PROMPTER_PROBE_DISABLED) and no instance has observed this slot"
        case .credential(let reason), .store(let reason): reason
        case .limited(let time):
            "the provider's requests_per_minute are used up for another \(DurationText.brief(time)); \(force) probes anyway"
        case .deadline: "no result in time, which says nothing about the provider; try again"
        case .stopping: "the probe was stopped; try again"
        }
    }
}

extension Reply {
    /// Why there is no version, as a line for people; `nil` where there is one.
    ///
    /// - Parameter force: how whoever asks can have a call made in any case.
    public func complaint(force: String) -> String? {
        switch self {
        case .answer: nil
        case .failure(let failure): failure.description
        case .notRecorded(let version, let reason):
            "answers as \(SafeText(version.key)), which could not be recorded: \(reason)"
        case .notMade(let reason): "\((reason.failureClass?.rawValue ?? "not probed")): \(reason.detail(force: force))"
        }
    }
}
