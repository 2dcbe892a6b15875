extension LeasePayload {
    /// The longest latency that is passed on.
    static let longestLatency: Duration = .seconds(86_400)

    /// What others learn of `observation`. Its id is its lease's, and target and slot are those of the key.
    public init(_ observation: Observation) {
        let time = min(max(observation.time.milliseconds, Self.times.lowerBound), Self.times.upperBound)
        let latency = min(max(observation.latency, .zero), Self.longestLatency)
        var members: [JSONValue.JSONMember] = [
            .init("time_ms", .integer(time)), .init("latency_us", .integer(latency.nanoseconds / 1000)),
        ]
        for signal in Signal.allCases {
            if let value = observation[signal] { members.append(.init(signal.rawValue, .string(value))) }
        }
        if observation.shows != .completion { members.append(.init("shows", .integer(observation.shows.rawValue))) }
        if let retirement = observation.retirement {
            members.append(.init("retirement_ms", .integer(retirement.milliseconds)))
        }
        if let tokens = observation.usage.inputTokens { members.append(.init("input_tokens", .integer(tokens))) }
        if let tokens = observation.usage.outputTokens { members.append(.init("output_tokens", .integer(tokens))) }
        self.init(members)
    }

    public init(_ failureClass: FailureClass) {
        self.init([.init("class", .string(failureClass.rawValue))])
    }
}

extension Observation {
    /// Reads what another instance learned in `slot`; `nil` for what no instance would have written.
    init?(_ root: JSONNode, id: UInt64, of slot: Slot) {
        func time(_ name: String) -> Timestamp? {
            guard let number = root[name]?.integer.map(Int64.init), LeasePayload.times.contains(number) else {
                return nil
            }
            return Timestamp(milliseconds: number)
        }
        guard let observed = time("time_ms"), let latency = root["latency_us"]?.integer, latency >= 0,
            .microseconds(latency) <= LeasePayload.longestLatency,
            let version = VersionIdentity(
                resolvedModel: root["model"]?.string, fingerprint: root["fingerprint"]?.string,
                digest: root["digest"]?.string)
        else { return nil }
        let shows = root["shows"].map { $0.integer.flatMap(UInt8.init(exactly:)) ?? 0 }
        self.init(
            id: id, target: slot.target, slot: slot.number, time: observed, version: version,
            metadata: root["metadata"]?.string, shows: shows.map(SignalSet.init) ?? .completion,
            isConfirmation: slot.isConfirmation, retirement: time("retirement_ms"),
            usage: Usage(
                inputTokens: Usage.tokens(in: root["input_tokens"]),
                outputTokens: Usage.tokens(in: root["output_tokens"])),
            latency: .microseconds(latency))
    }
}

extension FailureClass {
    /// Reads how another instance's attempt failed; `nil` for what no instance would have written.
    init?(_ root: JSONNode) {
        guard let failureClass = root["class"]?.string.flatMap(FailureClass.init(rawValue:)) else { return nil }
        self = failureClass
    }
}
