import LinuxHost
import PrompterCore

/// A look at the watchlist on disk, and at the one that the daemon uses.
struct WatchlistLook: Sendable {
    /// Behind a mount an edit is noticed within a minute.
    private static let patience: Duration = .seconds(120)

    let diagnosis: Diagnosis
    /// That on disk, or the last good one; `nil` where neither can be used.
    let usable: Watchlist?
    /// When the last good one was taken, which is the one that a daemon goes by; `nil` where none is kept.
    let taken: Timestamp?

    init(_ settings: Settings, isRunning: Bool?, on threads: FileThreads) async {
        let file = WatchlistFile(settings.watchlist, stubsOnly: settings.stubsOnly)
        async let reading = Gate.result(within: threads.patience) { await file.reading() }
        let kept = await LastGoodWatchlist(beside: settings.database).watchlist(of: file, on: threads)
        taken = kept?.taken
        let read = try? await reading
        guard let read else {
            usable = kept?.watchlist
            diagnosis = Diagnosis(
                .watchlist, .trouble, "\(FileError(settings.watchlist, .slow(threads.patience)))")
            return
        }
        do {
            let watchlist = try read.result.get()
            usable = watchlist
            let age = try? await threads.run(on: settings.watchlist) { path in
                FileStatus(of: path).map { Moment.now.wall - $0.modified }
            }
            let isOverdue = age.map { $0 > Self.patience } ?? false
            diagnosis = Self.diagnosis(
                of: watchlist, at: settings.watchlist, kept: isRunning == true && isOverdue ? kept : nil)
        } catch {
            usable = kept?.watchlist
            diagnosis = Diagnosis(.watchlist, .trouble, Self.text(of: error, kept: kept?.taken, isRunning: isRunning))
        }
    }

    /// - Parameter kept: the one that the daemon uses, where it should be the same.
    private static func diagnosis(
        of watchlist: Watchlist, at path: String, kept: (watchlist: Watchlist, taken: Timestamp)?
    ) -> Diagnosis {
        if let kept,
            !WatchlistDifference(from: kept.watchlist, to: watchlist).isEmpty
                || kept.watchlist.providers != watchlist.providers
        {
            return Diagnosis(
                .watchlist, .trouble,
                "\(path): valid, but the daemon still uses that of \(kept.taken.iso8601); run systemctl reload prompterd, and see its log"
            )
        }
        let watches = CountText.format(watchlist.watches.count, "watch", "watches")
        let targets = CountText.format(watchlist.targets.count, "target", "targets")
        return Diagnosis(.watchlist, .fine, "\(path): valid; \(watches), \(targets)")
    }

    private static func text(of invalid: InvalidWatchlist, kept: Timestamp?, isRunning: Bool?) -> String {
        let more = invalid.errors.count - 1
        let others = more > 0 ? " (and \(more) more; prompterd check shows them)" : ""
        let effect =
            switch (kept?.iso8601, isRunning) {
            case (let time?, true?): "the daemon uses the last good one, of \(time)"
            case (let time?, _): "a start would use the last good one, of \(time)"
            case (nil, true?): "the daemon uses the previous one"
            case (nil, _): "a start fails"
            }
        return "\(invalid.errors[0])\(others); until it is corrected, \(effect)"
    }
}
