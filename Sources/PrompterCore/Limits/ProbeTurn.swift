/// A due target whose turn it is to ask the guard.
public struct ProbeTurn: Hashable, Sendable {
    public var due: Due
    /// What keeps it from being called; `nil` where it may be.
    public var limit: Limit?
    /// Whether it is the one call that decides whether its provider is called again.
    public var isTrial = false
    /// Whether it has a place among the calls in flight, which it must give back.
    var hasPlace = false
    /// Which list was in force.
    var generation = 0

    /// Whether it may be called, as far as this instance knows.
    public var mayCall: Bool { limit == nil && due.mayCall }
}

/// Why a due target was not called. The raw value is the metric's label.
public enum SkipReason: String, Hashable, Sendable, CaseIterable {
    /// The daemon was told not to call anybody (`PROMPTER_PROBE_DISABLED`).
    case disabled
    /// The store cannot take what a probe would learn.
    case store
    /// It, or its whole provider, is left alone because of how it failed.
    case suspended
    /// It was told to come back later, or its provider gets as many requests as its entry allows.
    case rate
}

/// What keeps a due target from being called, and for how long yet.
public struct Limit: Hashable, Sendable {
    /// What its slot ends with where it lasts so long.
    public var reason: SkipReason
    /// Until when.
    public var until: Uptime

    public init(reason: SkipReason, until: Uptime) {
        self.reason = reason
        self.until = until
    }
}
