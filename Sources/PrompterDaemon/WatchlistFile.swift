import LinuxHost
public import PrompterCore

/// The watchlist on disk.
public struct WatchlistFile: Sendable {
    /// What one look at it found.
    struct Reading: Sendable {
        var result: Result<Watchlist, InvalidWatchlist>
        /// What stood in the files.
        var copy: WatchlistCopy
        /// All the files that it depends on: its own, those of the texts it refers to, and those of the authorities that are trusted.
        var files: WatchedFiles
    }

    /// As long as the largest may take, on the slowest machine: a hung mount must not keep a start from the last good list.
    private static let threads = FileThreads(patience: .seconds(30))

    public var path: String
    /// Whether every provider is taken as a stub.
    public var stubsOnly: Bool

    public init(_ path: String, stubsOnly: Bool = false) {
        self.path = path
        self.stubsOnly = stubsOnly
    }

    /// The path of the watchlist that the daemon with this database uses; `nil` if no daemon has used the database.
    public static func pathInUse(with database: String) async -> String? {
        await LastGoodWatchlist(beside: database).keptPath(on: threads)
    }

    /// Reads and checks it.
    ///
    /// - Throws: ``InvalidWatchlist`` with all that is wrong; a file that can't be read is one error without a place.
    public func read() throws(InvalidWatchlist) -> Watchlist {
        try readFiles().result.get()
    }

    /// The same on a thread of its own, with the files it was read from.
    func reading() async -> Reading {
        do {
            return try await Self.threads.run(on: path) { _ in readFiles() }
        } catch {
            return Reading(
                result: .failure(InvalidWatchlist(errors: [WatchlistError(file: path, message: error.reason)])),
                copy: WatchlistCopy(path), files: WatchedFiles(unseen: path))
        }
    }

    private func readFiles() -> Reading {
        var files = WatchedFiles()
        var copy = WatchlistCopy(path)
        let result = Result { () throws(InvalidWatchlist) in
            files.see(path)
            do throws(FileError) {
                copy.bytes = try FileReading.read(path)
            } catch {
                throw InvalidWatchlist(errors: [WatchlistError(file: path, message: error.reason)])
            }
            let watchlist = try Watchlist(
                source(of: copy.bytes) { path throws(WatchlistTextUnavailable) in
                    files.see(path)
                    let text = try Self.readText(path)
                    copy.texts[LinkedPath.absolute(path)] = text
                    return text
                })
            for path in watchlist.providers.values.compactMap(\.authorityFile) { files.see(path) }
            return watchlist
        }
        return Reading(result: result, copy: copy, files: files)
    }

    /// What a watchlist in this file's place is read from.
    ///
    /// - Parameter readText: reads a file that the watchlist refers to.
    func source(
        of bytes: [UInt8], readText: @escaping (_ path: String) throws(WatchlistTextUnavailable) -> String
    ) -> WatchlistSource {
        WatchlistSource(file: path, bytes: bytes, folder: folder, stubsOnly: stubsOnly, readText: readText)
    }

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "" : String(path[..<slash])
    }

    /// System instructions of more than this are nobody's.
    private static let longestText = 1 << 20

    private static func readText(_ path: String) throws(WatchlistTextUnavailable) -> String {
        let bytes: [UInt8]
        do {
            bytes = try FileReading.read(path, limit: longestText)
        } catch {
            throw WatchlistTextUnavailable("\(error)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw WatchlistTextUnavailable("\(path) is not UTF-8; save it as UTF-8")
        }
        return text
    }
}

/// Files as they were when they were read, to notice by a look at them what no notice of the kernel tells of.
struct WatchedFiles: Sendable {
    /// By path.
    private var identities: [String: FileIdentity?] = [:]

    init() {}

    /// One that could not be looked at: it counts as changed once it can.
    init(unseen path: String) {
        note(path, nil)
    }

    var paths: Set<String> { Set(identities.keys) }

    /// Takes note of the file at `path` as it is now. To be called before it is read, so that what changes meanwhile is noticed. Blocks
    /// for as long as a disk takes.
    mutating func see(_ path: String) {
        note(path, FileIdentity(of: path))
    }

    /// Takes note that the file at `path` was `identity` before it was read.
    mutating func note(_ path: String, _ identity: FileIdentity?) {
        identities[path] = .some(identity)
    }

    /// Whether one of them is another than it was. What can't be told in time counts as unchanged.
    func haveChanged(on threads: FileThreads) async -> Bool {
        guard let path = identities.keys.min() else { return false }
        let isChanged = try? await threads.run(on: path) { _ in
            identities.contains { path, identity in FileIdentity(of: path) != identity }
        }
        return isChanged ?? false
    }
}
