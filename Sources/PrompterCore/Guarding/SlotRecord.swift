/// What a guard knows of one turn.
public enum SlotState: Hashable, Sendable {
    /// Somebody is doing it.
    case leased(id: UInt64, attempt: Int)
    /// It is done; `id` is that of the lease.
    case succeeded(id: UInt64, LeasePayload)
    /// An attempt failed; the next may be made when the hold is over.
    case held(attempt: Int, LeasePayload)
    /// It is given up.
    case failed(LeasePayload)

    /// Attempts after which a turn is given up.
    public static let mostAttempts = 3
    /// The longest that a provider's `Retry-After` is taken for.
    public static let longestHold: Duration = .seconds(86_400)

    /// How long a turn is held after a failed attempt; `nil` where it is given up.
    public static func hold(afterAttempt attempt: Int, allowsRetry: Bool, retryAfter: Duration?) -> Duration? {
        guard allowsRetry, attempt < mostAttempts else { return nil }
        return max(min(retryAfter ?? pause(afterAttempt: attempt), longestHold), .zero)
    }

    /// How long what failed is left alone where nothing else is asked for: 15 s, 60 s, then 4 and 10 minutes.
    static func pause(afterAttempt attempt: Int) -> Duration {
        min(.seconds(15) * (1 << (2 * min(attempt - 1, 8))), .seconds(600))
    }
}

extension LeaseOutcome {
    /// What it leaves of the turn, and for how long the turn is held; `nil` where it leaves nothing.
    public var state: (SlotState, hold: Duration)? {
        switch ending {
        case .succeeded(let payload): return (.succeeded(id: lease.id, payload), .zero)
        case .failed(let payload, let allowsRetry, let retryAfter):
            let hold = SlotState.hold(
                afterAttempt: lease.attempt, allowsRetry: allowsRetry, retryAfter: retryAfter)
            return hold.map { (.held(attempt: lease.attempt, payload), $0) } ?? (.failed(payload), .zero)
        case .givenBack: return nil
        }
    }
}

/// A turn's state as instances share it: the JSON text of one Redis value.
///
/// `{"v":1,"state":"lease","id":"…","attempt":1}`; `"observed"` with the lease's id and the payload; `"held"` with attempt,
/// payload and the times that tell how much of the hold is left; `"failed"` with the payload. The members of a payload stand
/// among the record's own.
public struct SlotRecord: Hashable, Sendable {
    /// The longest text that is read, in bytes. The longest that is written has four names of
    /// ``VersionIdentity/longestName`` bytes, each byte at most six long in JSON, and some 400 bytes beside them.
    public static let longestText = 8192
    /// The longest that a key lives.
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
        switch state {
        case .leased(let id, let attempt):
            #"{"v":1,"state":"lease","id":"\#(Hexadecimal.encode(id))","attempt":\#(attempt)}"#
        case .succeeded(let id, let payload):
            #"{"v":1,"state":"observed","id":"\#(Hexadecimal.encode(id))"\#(Self.members(payload))}"#
        case .held(let attempt, let payload):
            #"{"v":1,"state":"held","attempt":\#(attempt)\#(Self.members(payload))"#
                + #","hold_ms":\#(hold.milliseconds),"life_ms":\#(life.milliseconds)}"#
        case .failed(let payload):
            #"{"v":1,"state":"failed"\#(Self.members(payload))}"#
        }
    }

    /// Reads what stands under `key`; `nil` for anything that this program would not have written, for whoever can reach Redis
    /// can write what he likes.
    public init?(_ text: [UInt8], of key: LeaseKey, form: LeaseForm) {
        guard text.count <= Self.longestText, let root = try? JSONDocument(text).root, root["v"]?.integer == 1 else {
            return nil
        }
        let id = root["id"]?.string.flatMap(Hexadecimal.decodeWord)
        let attempt = root["attempt"]?.integer.flatMap { (1...SlotState.mostAttempts).contains($0) ? $0 : nil }
        switch (root["state"]?.string, id, attempt) {
        case ("lease", let id?, let attempt?):
            self.init(.leased(id: id, attempt: attempt))
        case ("observed", let id?, _):
            guard let payload = form.success(root, key) else { return nil }
            self.init(.succeeded(id: id, payload))
        case ("held", _, let attempt?):
            // Where no attempt is left a turn is given up, not held.
            guard attempt < SlotState.mostAttempts, let payload = form.failure(root),
                let hold = root["hold_ms"]?.integer, let life = root["life_ms"]?.integer, hold >= 0, hold <= life,
                life <= Self.longestLife.milliseconds
            else { return nil }
            self.init(.held(attempt: attempt, payload), hold: .milliseconds(hold), life: .milliseconds(life))
        case ("failed", _, _):
            guard let payload = form.failure(root) else { return nil }
            self.init(.failed(payload))
        default:
            return nil
        }
    }

    private static func members(_ payload: LeasePayload) -> String {
        payload.members.isEmpty ? "" : ",\(payload.members)"
    }
}
