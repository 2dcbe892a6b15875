import PrompterCore

/// The daemon's state in one line, for `systemctl status`.
struct StatusLine {
    var watches: Int
    var snapshot: MetricsSnapshot
    /// The first error of a refused watchlist.
    var refused: WatchlistError?
    var isStoreFailing: Bool

    func text(at now: Timestamp) -> String {
        var parts = [
            "\(CountText.format(watches, "watch", "watches")), \(CountText.format(snapshot.counts.targetCount, "target", "targets"))"
        ]
        if let next = snapshot.nextDue {
            parts.append("next probe in \(DurationText.brief(next - now))")
        }
        let (failing, suspended) = (snapshot.failingProviders, snapshot.suspendedProviders)
        if failing > 0 {
            parts.append("\(CountText.format(failing, "provider", "providers")) failing")
        }
        if suspended > 0 {
            parts.append("\(CountText.format(suspended, "provider", "providers")) suspended")
        }
        if isStoreFailing { parts.append("the store is failing") }
        if let refused { parts.append("watchlist refused: \(refused)") }
        return parts.joined(separator: "; ")
    }
}
