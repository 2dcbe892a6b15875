/// When the metrics are written: at most every 15 s, and only where something changed.
struct Publication: Sendable {
    private static let pause: Duration = .seconds(15)

    private var isChanged = true
    private var last: Timestamp?
    /// How many times they were.
    private(set) var number = 0

    mutating func noteChange() { isChanged = true }

    /// When they are to be written next; `nil` where nothing changed.
    var next: Timestamp? {
        isChanged ? last.map { $0 + Self.pause } ?? Timestamp(milliseconds: 0) : nil
    }

    /// - Parameter isForced: whether they are written anyhow.
    /// - Returns: whether they are to be written now.
    mutating func take(isForced: Bool, at now: Timestamp) -> Bool {
        let isPaused = last.map { $0 <= now && now - $0 < Self.pause } ?? false
        guard isForced || isChanged && !isPaused else { return false }
        isChanged = false
        last = now
        number += 1
        return true
    }
}
