/// That a target was probed, and when.
struct ProbeStart: Sendable {
    /// Its place in the list.
    var target: Int
    /// By a clock that is never set, in seconds.
    var seconds: Double
}
