/// One observation's place on its target's time line, and what it showed of one signal.
public struct Sighting: Hashable, Sendable, Comparable {
    /// When it was made.
    public var time: Timestamp
    /// The observation's id.
    public var id: UInt64
    public var value: String

    public init(time: Timestamp, id: UInt64, value: String) {
        self.time = time
        self.id = id
        self.value = value
    }

    /// Observations are taken in the order of their times, whatever the order in which they arrive; the id decides between
    /// two of one millisecond.
    public static func < (left: Sighting, right: Sighting) -> Bool {
        (left.time, left.id) < (right.time, right.id)
    }
}
