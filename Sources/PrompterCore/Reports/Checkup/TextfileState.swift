/// The textfile, and who gets to read it.
public struct TextfileState: Hashable, Sendable {
    /// It is written once a minute; a busy machine may be late.
    private static let longestAge: Duration = .seconds(150)

    /// Which other users can read a file.
    public enum Readers: Hashable, Sendable {
        case everyone
        /// The members of all of these groups.
        case members([String])
        /// Nobody else, because of the mode of this file or folder.
        case nobody(path: String)
    }

    /// Which watchlist it shows, beside the one that the daemon keeps for a start with an invalid one.
    public enum ShownWatchlist: Hashable, Sendable {
        case kept
        /// One that was taken before, which the daemon does not go by any more.
        case earlier
        /// One that was taken later. The daemon may go by it, and have failed to keep it.
        case later

        /// - Parameters:
        ///   - shown: when the one was taken that the textfile shows.
        ///   - kept: when the one was taken that the daemon keeps.
        public init(_ shown: Timestamp, kept: Timestamp) {
            self = shown == kept ? .kept : shown < kept ? .earlier : .later
        }
    }

    public var path: String
    /// Whether its folder is one.
    public var hasFolder: Bool
    /// Whether the user who looks may create files there.
    public var isWritable: Bool
    /// How long ago it was written; `nil` where it is not there.
    public var age: Duration?
    /// `nil` where it is not there.
    public var readers: Readers?
    /// Which watchlist it shows.
    public var shown = ShownWatchlist.kept

    public init(path: String, hasFolder: Bool, isWritable: Bool, age: Duration?, readers: Readers?) {
        self.path = path
        self.hasFolder = hasFolder
        self.isWritable = isWritable
        self.age = age
        self.readers = readers
    }

    /// When the daemon that wrote `text` had taken its watchlist; `nil` where it does not say.
    public static func watchlistTaken(in text: [UInt8]) -> Timestamp? {
        let start = Array("prompter_watchlist_last_reload_success_timestamp_seconds{".utf8)
        let line = text.split(separator: 0x0A).first { $0.starts(with: start) }
        let value = line?.split(separator: 0x20).last.flatMap { Double(String(decoding: $0, as: UTF8.self)) }
        return value.flatMap { Int64(exactly: ($0 * 1000).rounded()) }.map(Timestamp.init(milliseconds:))
    }

    /// - Parameter isRunning: whether a daemon runs that should write it; `nil` where that is not known.
    public func diagnosis(isRunning: Bool?) -> Diagnosis {
        let (verdict, text) = judgement(isRunning: isRunning)
        return Diagnosis(.textfile, verdict, "\(path): \(text)")
    }

    private func judgement(isRunning: Bool?) -> (Diagnosis.Verdict, String) {
        guard hasFolder else {
            return (.trouble, "its folder does not exist; create it for the user that the daemon runs as")
        }
        let isFresh = age.map { $0 <= Self.longestAge } ?? false
        // Who looks may be another user than the daemon's, but then the daemon shows what it can do.
        guard isFresh || isWritable else {
            return (.trouble, "this user can't write to its folder; give the daemon's user access to it")
        }
        guard let age, let readers else {
            return isRunning == false
                ? (.skipped, "the daemon has not written it yet")
                : (
                    .trouble,
                    "it is missing, although the daemon runs; is it written elsewhere (--textfile, PROMPTERD_TEXTFILE)?"
                )
        }
        let written = "written \(DurationText.brief(age)) ago"
        guard isFresh || isRunning == false else {
            return (.trouble, "\(written), although the daemon writes it every minute; its log says why")
        }
        switch shown {
        case .kept: break
        case .earlier:
            return (.trouble, "another daemon writes this textfile, too; give each a path of its own (--textfile)")
        case .later:
            return (
                .trouble,
                "it shows a later watchlist than the one that is saved as the fallback: another daemon writes this textfile, too (give each a path of its own, --textfile), or the watchlist in force could not be saved (the log says why)"
            )
        }
        switch readers {
        case .everyone: return (.fine, "\(written); every user can read it")
        case .members(let groups):
            return (.fine, "\(written); only members of \(groups.joined(separator: " and ")) can read it")
        case .nobody(let place):
            return (
                .trouble, "node_exporter can't read it: only the owner may use \(place); run chmod o+rX on it"
            )
        }
    }
}
