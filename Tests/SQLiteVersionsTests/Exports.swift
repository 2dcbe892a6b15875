import PrompterCore
import SQLiteVersions

/// Exports and imports as texts.
enum Exports {
    static func export(_ path: String) throws -> String {
        var text = "\(ExchangeRow.heading)\n"
        try Archive(path: path).export { text += "\($0.line)\n" }
        return text
    }

    @discardableResult
    static func take(
        _ text: String, into store: SQLiteVersionStore, at now: Timestamp = Samples.now
    ) async throws -> ImportSummary {
        let bytes = Array(text.utf8)
        return try await store.takeIn(at: now) { take in
            // In pieces that end in the middle of a line.
            var rest = bytes[...]
            while !rest.isEmpty {
                try take(rest.prefix(1000))
                rest = rest.dropFirst(1000)
            }
        }
    }
}
