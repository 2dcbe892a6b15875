/// What a watchlist is read from. The core reads no file: the texts that a watchlist refers to come through ``readText``.
public struct WatchlistSource {
    /// The file's name, for messages.
    public var file: String
    public var bytes: [UInt8]
    /// The folder that relative paths in the watchlist start from.
    public var folder: String
    /// Reads a file that the watchlist refers to.
    public var readText: (_ path: String) throws(WatchlistTextUnavailable) -> String
    /// Whether nothing is to be called: every provider is taken as a stub.
    public var stubsOnly: Bool

    public init(
        file: String, bytes: [UInt8], folder: String = ".", stubsOnly: Bool = false,
        readText: @escaping (_ path: String) throws(WatchlistTextUnavailable) -> String
    ) {
        self.file = file
        self.bytes = bytes
        self.folder = folder
        self.stubsOnly = stubsOnly
        self.readText = readText
    }

    /// `path`, from the watchlist's folder where it is relative.
    func resolve(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }
}

/// A text that a watchlist refers to and that can't be read.
public struct WatchlistTextUnavailable: Error, Hashable, Sendable {
    /// Why, in one line.
    public var reason: String

    public init(_ reason: String) {
        self.reason = reason
    }
}

/// The texts that a watchlist refers to: each file is read once, however many watches refer to it.
struct WatchlistTexts {
    let source: WatchlistSource
    private var texts: [String: Result<String, WatchlistTextUnavailable>] = [:]

    init(_ source: WatchlistSource) {
        self.source = source
    }

    mutating func read(_ path: String) throws(WatchlistTextUnavailable) -> String {
        let path = source.resolve(path)
        if let known = texts[path] { return try known.get() }
        do {
            let text = try source.readText(path)
            texts[path] = .success(text)
            return text
        } catch {
            texts[path] = .failure(error)
            throw error
        }
    }
}
