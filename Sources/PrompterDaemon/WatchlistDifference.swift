import PrompterCore

/// What one watchlist has that another has not.
struct WatchlistDifference {
    private(set) var added = 0
    private(set) var removed = 0
    private(set) var changed = 0

    init(from old: Watchlist, to new: Watchlist) {
        var left = Dictionary(old.watches.map { ($0.key, $0) }) { first, _ in first }
        for watch in new.watches {
            if let old = left.removeValue(forKey: watch.key) {
                if old != watch { changed += 1 }
            } else {
                added += 1
            }
        }
        removed = left.count
    }

    var isEmpty: Bool { added == 0 && removed == 0 && changed == 0 }

    /// `+2 −1 ~3 watches`
    var text: String { "+\(added) −\(removed) ~\(changed) watches" }
}
