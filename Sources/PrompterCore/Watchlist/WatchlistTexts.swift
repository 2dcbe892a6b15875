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
