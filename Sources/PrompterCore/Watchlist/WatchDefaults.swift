/// The watchlist's `defaults`: what a watch has that does not say otherwise.
public struct WatchDefaults: Sendable {
    static let keys = ["org", "workspace", "interval", "timeout", "on_change"]
    static let intervals: ClosedRange<Duration> = .seconds(1) ... .seconds(366 * 86_400)
    static let timeouts: ClosedRange<Duration> = .milliseconds(1) ... .seconds(3600)
    static let usualInterval: Duration = .seconds(3600)
    static let usualTimeout: Duration = .seconds(30)

    var org = "default"
    var workspace = "default"
    var interval = usualInterval
    /// `nil` where none is written: then the usual one, and never more than the interval.
    var timeout: Duration?
    var webhook: Webhook?

    public init() {}

    init(_ node: JSONNode, _ source: WatchlistSource, into complaints: inout WatchlistComplaints) {
        func place(_ member: String) -> WatchlistComplaints.Place { .member("defaults.\(member)") }
        guard complaints.members(of: node, known: Self.keys, at: .member("defaults"), inner: place) != nil else {
            return
        }
        org = complaints.name(node["org"], at: place("org")) ?? org
        workspace = complaints.name(node["workspace"], at: place("workspace")) ?? workspace
        interval = complaints.duration(node["interval"], in: Self.intervals, at: place("interval")) ?? interval
        timeout = complaints.duration(node["timeout"], in: Self.timeouts, at: place("timeout"))
        if let timeout, timeout > interval {
            complaints.add(
                "the timeout (\(DurationText.format(timeout))) is longer than the interval (\(DurationText.format(interval)))",
                at: node["timeout"]?.offset ?? node.offset, place("timeout"))
        }
        webhook = node["on_change"].flatMap { WebhookEntry(source: source, place: place).read($0, into: &complaints) }
    }
}
