/// What is written into a store at once: all of it, or nothing: the watchlist first, the findings last.
public struct StoreBatch: Sendable {
    /// A watchlist that is taken over: which watches there are, what each points to, and what it expects.
    public var watchlist: Watchlist?
    /// Whether the clock was found to have been ahead: what is dated later than now becomes suspect, and what it moved is taken back.
    public var isClockSetBack = false
    /// Those that somebody asked for and no watchlist has: what each points to, unless a watch has its place.
    public var asked: [Watch] = []
    public var findings: [Finding] = []
    /// What of stand-offs must survive a restart: each takes the place of that with its scope, and one that is over takes it away.
    public var standOffs: [StandOff.Kept] = []
    /// How deliveries ended, or their last attempt did. What has ended already stays as it is.
    public var deliveries: [EndedDelivery] = []

    public init(findings: [Finding] = []) {
        self.findings = findings
    }
}

/// How a delivery, or its last attempt, ended.
public struct EndedDelivery: Hashable, Sendable {
    public var delivery: Delivery
    public var ending: DeliveryEnding

    public init(_ delivery: Delivery, _ ending: DeliveryEnding) {
        self.delivery = delivery
        self.ending = ending
    }
}
