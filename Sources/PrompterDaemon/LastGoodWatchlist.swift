import LinuxHost
import PrompterCore

/// A watchlist's text, with the texts that it refers to.
struct WatchlistCopy: Hashable, Sendable {
    /// The watchlist's path, from the root.
    var path: String
    var bytes: [UInt8] = []
    /// By path, from the root.
    var texts: [String: String] = [:]

    /// An empty one.
    init(_ path: String) {
        self.path = LinkedPath.absolute(path)
    }
}

/// The last watchlist that was put in force, kept beside the database: a broken edit must not outlive a restart as an outage.
struct LastGoodWatchlist: Sendable {
    /// The largest file that is written or read, in bytes.
    private static let limit = 4 * FileReading.watchlistLimit
    private static let format = 1

    /// `<database>.watchlist.json`
    let path: String
    private let database: String

    /// - Parameter database: the path of the store's file.
    init(beside database: String) {
        self.database = database
        path = "\(database).watchlist.json"
    }

    /// Keeps `copy`, which was taken at `time`, in the place of the one before. Only the owner may read it: header values and webhooks'
    /// addresses may be secrets. The owner is the database's, so that a service can use what root kept.
    func keep(_ copy: WatchlistCopy, at time: Timestamp, on threads: FileThreads) async throws(FileError) {
        try await threads.run(on: path) { [database] path throws(FileError) in
            let bytes = Array(Self.json(copy, at: time).text.utf8)
            guard bytes.count <= Self.limit else { throw FileError(path, .tooLarge(limit: Self.limit)) }
            try AtomicFile.write(bytes, to: path, mode: 0o600, isLasting: true, ownerOf: database)
        }
    }

    /// The path of the watchlist that was kept; `nil` where none was.
    func keptPath(on threads: FileThreads) async -> String? {
        await kept(on: threads)?.copy.path
    }

    /// The one that was kept of `file`, and when it was taken; `nil` where there is none, it was kept of another file, or it is valid
    /// no more.
    func watchlist(of file: WatchlistFile, on threads: FileThreads) async -> (watchlist: Watchlist, taken: Timestamp)? {
        guard let (copy, time) = await kept(on: threads), copy.path == LinkedPath.absolute(file.path) else {
            return nil
        }
        let source = file.source(of: copy.bytes) { path throws(WatchlistTextUnavailable) in
            guard let text = copy.texts[LinkedPath.absolute(path)] else {
                throw WatchlistTextUnavailable("no copy of \(path) was saved")
            }
            return text
        }
        return (try? Watchlist(source)).map { ($0, time) }
    }

    private func kept(on threads: FileThreads) async -> (copy: WatchlistCopy, taken: Timestamp)? {
        let kept = try? await threads.run(on: path) { path throws(FileError) in
            Self.copy(in: try FileReading.read(path, limit: Self.limit))
        }
        return kept ?? nil
    }

    private static func json(_ copy: WatchlistCopy, at time: Timestamp) -> JSONValue {
        .object([
            .init("format", .integer(format)), .init("path", .string(copy.path)),
            .init("taken_at", .string(time.iso8601Milliseconds)),
            .init("watchlist", .string(String(decoding: copy.bytes, as: UTF8.self))),
            .init(
                "texts",
                .object(copy.texts.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
        ])
    }

    private static func copy(in bytes: [UInt8]) -> (WatchlistCopy, Timestamp)? {
        guard let root = try? JSONDocument(bytes).root, root["format"]?.integer == format,
            let path = root["path"]?.string, let watchlist = root["watchlist"]?.string,
            let time = root["taken_at"]?.string.flatMap({ Timestamp(iso8601: $0) }),
            case .object(let texts)? = root["texts"]?.value
        else { return nil }
        var copy = WatchlistCopy(path)
        copy.bytes = Array(watchlist.utf8)
        for text in texts { copy.texts[text.name] = text.node.string }
        return (copy, time)
    }
}
