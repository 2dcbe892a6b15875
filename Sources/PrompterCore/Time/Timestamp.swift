internal import FoundationEssentials

/// A point in UTC, in whole milliseconds since 1970-01-01T00:00:00Z, as the wall clock tells it.
///
/// Slots, observations and everything that people read are dated with it. Holds and deadlines are not, since a wall clock
/// may be set back: see ``Moment/uptime``.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z; negative before.
    public var milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Reads an ISO 8601 date and time with a zone, such as `2026-11-17T14:00:00Z`; `nil` where the text is none.
    public init?(iso8601 text: String) {
        let styles = [
            Date.ISO8601FormatStyle(),
            Date.ISO8601FormatStyle(includingFractionalSeconds: true),
        ]
        guard let date = styles.lazy.compactMap({ try? $0.parse(text) }).first else { return nil }
        guard let milliseconds = Int64(exactly: (date.timeIntervalSince1970 * 1000).rounded()) else { return nil }
        self.milliseconds = milliseconds
    }

    /// Seconds since 1970-01-01T00:00:00Z, the unit of every `…_timestamp_seconds` metric.
    public var seconds: Double { Double(milliseconds) / 1000 }

    /// ISO 8601 in UTC, to the second: `2026-11-17T14:00:00Z`.
    public var iso8601: String { "\(iso8601Milliseconds.dropLast(5))Z" }

    /// ISO 8601 in UTC, to the millisecond: `2026-11-17T14:00:00.000Z`.
    public var iso8601Milliseconds: String { TimeText.format(self) }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The point `duration` later; parts of a millisecond are dropped.
    public static func + (timestamp: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: timestamp.milliseconds + duration.milliseconds)
    }

    /// The point `duration` earlier; parts of a millisecond are dropped.
    public static func - (timestamp: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: timestamp.milliseconds - duration.milliseconds)
    }

    /// The time from `right` to `left`; negative where `left` is earlier.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .milliseconds(left.milliseconds - right.milliseconds)
    }
}
