/// A slot's state as instances share it: the JSON text of one Redis value.
///
/// `{"v":1,"state":"lease","id":"…","attempt":1}`, `"observed"` with the observation, `"held"` with attempt, class and the
/// times that tell how much of the hold is left, `"failed"` with its class.
public struct SlotRecord: Hashable, Sendable {
    /// The longest text that is read, in bytes. The longest that is written has four names of
    /// ``VersionIdentity/longestName`` bytes, each byte at most six long in JSON, and some 400 bytes beside them.
    public static let longestText = 8192
    /// The longest that a slot's key lives.
    public static let longestLife: Duration = .milliseconds(10 * 366 * 86_400_000)

    public var state: SlotState
    /// For ``SlotState/held(attempt:_:)``: how long the hold was when it was written.
    public var hold: Duration
    /// For ``SlotState/held(attempt:_:)``: how long the key had to live when it was written. What it has lost of that since is
    /// the hold's age, so that no two clocks are compared.
    public var life: Duration

    /// A hold ends with its key at the latest, so it is never longer than `life`.
    public init(_ state: SlotState, hold: Duration = .zero, life: Duration = .zero) {
        self.state = state
        self.hold = min(hold, life)
        self.life = life
    }

    /// How much of the hold is left when the key has `remainingLife` to live.
    public func remainingHold(remainingLife: Duration) -> Duration {
        min(max(hold - (life - remainingLife), .zero), hold)
    }

    /// The JSON text.
    public var text: String {
        var members: [JSONValue.JSONMember] = [.init("v", .integer(1))]
        switch state {
        case .leased(let id, let attempt):
            members += [
                .init("state", .string("lease")), .init("id", .string(Hexadecimal.encode(id))),
                .init("attempt", .integer(attempt)),
            ]
        case .observed(let observation):
            members += [.init("state", .string("observed"))] + Self.members(of: observation)
        case .held(let attempt, let failureClass):
            members += [
                .init("state", .string("held")), .init("attempt", .integer(attempt)),
                .init("class", .string(failureClass.rawValue)),
                .init("hold_ms", .integer(hold.milliseconds)), .init("life_ms", .integer(life.milliseconds)),
            ]
        case .failed(let failureClass):
            members += [.init("state", .string("failed")), .init("class", .string(failureClass.rawValue))]
        }
        return JSONValue.object(members).text
    }

    /// Reads a value of `slot`; `nil` for anything that this program would not have written, for whoever can reach Redis can
    /// write what he likes.
    public init?(_ text: [UInt8], of slot: Slot) {
        guard text.count <= Self.longestText, let root = try? JSONDocument(text).root, root["v"]?.integer == 1 else {
            return nil
        }
        let failureClass = root["class"]?.string.flatMap(FailureClass.init)
        let attempt = root["attempt"]?.integer.flatMap { (1...SlotState.mostAttempts).contains($0) ? $0 : nil }
        switch (root["state"]?.string, attempt, failureClass) {
        case ("lease", let attempt?, _):
            guard let id = root["id"]?.string.flatMap(Hexadecimal.decodeWord) else { return nil }
            self.init(.leased(id: id, attempt: attempt))
        case ("observed", _, _):
            guard let observation = Self.observation(in: root, of: slot) else { return nil }
            self.init(.observed(observation))
        case ("held", let attempt?, let failureClass?):
            // Where no attempt is left a slot is given up, not held.
            guard attempt < SlotState.mostAttempts, let hold = root["hold_ms"]?.integer,
                let life = root["life_ms"]?.integer, hold >= 0, hold <= life, life <= Self.longestLife.milliseconds
            else { return nil }
            self.init(.held(attempt: attempt, failureClass), hold: .milliseconds(hold), life: .milliseconds(life))
        case ("failed", _, let failureClass?):
            self.init(.failed(failureClass))
        default:
            return nil
        }
    }

    private static func members(of observation: Observation) -> [JSONValue.JSONMember] {
        var members: [JSONValue.JSONMember] = [
            .init("id", .string(Hexadecimal.encode(observation.id))),
            .init("time_ms", .integer(observation.time.milliseconds)),
            .init("latency_us", .integer(observation.latency.nanoseconds / 1000)),
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
        return members
    }

    private static func observation(in root: JSONNode, of slot: Slot) -> Observation? {
        let times = 0...253_402_300_799_999
        guard let id = root["id"]?.string.flatMap(Hexadecimal.decodeWord),
            let time = root["time_ms"]?.integer, times.contains(time),
            let latency = root["latency_us"]?.integer, (0...86_400_000_000).contains(latency),
            let version = VersionIdentity(
                resolvedModel: root["model"]?.string, fingerprint: root["fingerprint"]?.string,
                digest: root["digest"]?.string)
        else { return nil }
        let shows = root["shows"].map { $0.integer.flatMap(UInt8.init(exactly:)) ?? 0 }
        let retirement = root["retirement_ms"]?.integer.flatMap { times.contains($0) ? $0 : nil }
        return Observation(
            id: id, target: slot.target, slot: slot.number, time: Timestamp(milliseconds: Int64(time)),
            version: version, metadata: root["metadata"]?.string, shows: shows.map(SignalSet.init) ?? .completion,
            isConfirmation: slot.isConfirmation,
            retirement: retirement.map { Timestamp(milliseconds: Int64($0)) },
            usage: Usage(
                inputTokens: Usage.tokens(in: root["input_tokens"]),
                outputTokens: Usage.tokens(in: root["output_tokens"])),
            latency: .microseconds(latency))
    }
}
