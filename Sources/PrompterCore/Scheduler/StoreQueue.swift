/// The places of findings that wait for the store. One is reserved before a call is made, so that no answer is ever without one.
struct StoreQueue: Sendable {
    private let capacity: Int
    /// Places that are reserved, or whose finding is not committed yet.
    private var taken = 0
    /// Why the store has failed since it last worked, in one line; `nil` where it works.
    private(set) var failure: String?
    /// Whether targets have waited for a place since all of them last had one.
    private(set) var isAwaited = false
    /// Whether that was told.
    private var isFullTold = false

    /// - Parameter capacity: the most findings that wait or have a place reserved.
    init(capacity: Int) {
        self.capacity = capacity
    }

    var free: Int { capacity - taken }

    mutating func reserve() {
        precondition(free > 0, "a place is asked for only where one is free")
        taken += 1
    }

    /// Gives `count` places back: what they were for was committed, or never came.
    mutating func release(_ count: Int = 1) {
        taken -= count
        precondition(taken >= 0, "a place is given back once")
    }

    mutating func fail(_ reason: String) { failure = reason }

    mutating func recover() { failure = nil }

    /// Takes note of whether targets wait for a place.
    ///
    /// - Returns: one line where a store that fails keeps them waiting.
    mutating func note(isAwaited: Bool) -> LogLine? {
        self.isAwaited = isAwaited
        if !isAwaited { isFullTold = false }
        guard isAwaited, failure != nil, !isFullTold else { return nil }
        isFullTold = true
        return LogLine(
            .error, .condition(.storeFull),
            "store: \(taken) findings queued; probing paused until the store accepts them")
    }
}
