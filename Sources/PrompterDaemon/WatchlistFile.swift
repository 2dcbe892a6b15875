import LinuxHost
public import PrompterCore

/// The watchlist on disk.
public struct WatchlistFile: Sendable {
    public var path: String
    /// Whether every provider is taken as a stub.
    public var stubsOnly: Bool

    public init(_ path: String, stubsOnly: Bool = false) {
        self.path = path
        self.stubsOnly = stubsOnly
    }

    /// Reads and checks it.
    ///
    /// - Throws: ``InvalidWatchlist`` with all that is wrong; a file that can't be read is one error without a place.
    public func read() throws(InvalidWatchlist) -> Watchlist {
        try readFollowing().result.get()
    }

    /// The same, with the paths of all the files that it depends on: its own, those of the texts it refers to, and those of the
    /// authorities that are trusted.
    func readFollowing() -> (result: Result<Watchlist, InvalidWatchlist>, files: Set<String>) {
        var files: Set<String> = [path]
        let result = Result { () throws(InvalidWatchlist) in
            let bytes: [UInt8]
            do throws(FileError) {
                bytes = try FileReading.read(path)
            } catch {
                throw InvalidWatchlist(errors: [WatchlistError(file: path, message: error.reason)])
            }
            let watchlist = try Watchlist(
                WatchlistSource(file: path, bytes: bytes, folder: folder, stubsOnly: stubsOnly) {
                    path throws(WatchlistTextUnavailable) in
                    files.insert(path)
                    return try Self.readText(path)
                })
            files.formUnion(watchlist.providers.values.compactMap(\.authorityFile))
            return watchlist
        }
        return (result, files)
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
