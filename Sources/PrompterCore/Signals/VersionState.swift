/// Where a version stands in its life. The raw value is the metrics' label.
public enum VersionState: String, Hashable, Sendable, CaseIterable {
    /// Live, but seen only since the set was last settled.
    case new
    /// Live, and one of the settled set.
    case live
    /// Not seen for so long that it is taken as gone; it may return.
    case retired
}
