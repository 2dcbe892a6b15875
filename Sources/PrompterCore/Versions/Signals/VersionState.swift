/// Where a version stands in its life. The raw value is the metrics' label.
public enum VersionState: String, Hashable, Sendable, CaseIterable {
    /// Live, but first seen in the latest answers, which may be the beginning of a change.
    case new
    /// Live.
    case live
    /// Not seen for so long that it is taken as gone; it may return.
    case retired
}
