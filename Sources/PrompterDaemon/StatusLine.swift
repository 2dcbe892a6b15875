import PrompterCore

/// The daemon's state in one line, for `systemctl status`.
struct StatusLine {
    var watches: Int
    var load: Pipeline.Load
    var failingProviders: Int
    var suspendedProviders: Int
    /// The first error of a refused watchlist.
    var refused: WatchlistError?
    var isStoreFailing: Bool

    func text(at now: Timestamp) -> String {
        var parts = [
            "\(CountText.format(watches, "watch", "watches")), \(CountText.format(load.targets, "target", "targets"))"
        ]
        if let next = load.nextDue {
            parts.append("next probe in \(DurationText.brief(next - now))")
        }
        if failingProviders > 0 {
            parts.append("\(CountText.format(failingProviders, "provider", "providers")) failing")
        }
        if suspendedProviders > 0 {
            parts.append("\(CountText.format(suspendedProviders, "provider", "providers")) suspended")
        }
        if isStoreFailing { parts.append("the store is failing") }
        if let refused { parts.append("watchlist refused: \(refused)") }
        return parts.joined(separator: "; ")
    }
}
