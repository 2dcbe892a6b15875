/// Takes credentials out of texts that come from providers, before they are logged, stored or shown: the call's own, and
/// whatever looks like one, since a provider may quote another's.
struct Redaction: Sendable {
    /// How keys begin: OpenAI, Anthropic and many others; Google, old and new; Groq; xAI; Hugging Face; NVIDIA; Perplexity;
    /// a JSON Web Token.
    private static let beginnings = ["sk-", "AIza", "AQ.", "gsk_", "xai-", "hf_", "nvapi-", "pplx-", "eyJ"]
    private static let shortest = 8
    /// A run of letters and digits without a pause is no word from here on (Azure's old keys are 32 characters).
    private static let longestWord = 31
    /// A shorter secret is in every other text.
    private static let shortestSecret = 4
    /// A name that holds a key of fewer bytes holds it by chance: servers of one's own are given keys such as `ollama`.
    private static let shortestTelling = 16
    private static let mark = Array("<redacted>".utf8)

    private let secret: [UInt8]

    init(_ credential: Credential?) {
        let secret = Array((credential?.reveal() ?? "").utf8)
        self.secret = secret.count < Self.shortestSecret ? [] : secret
    }

    /// Whether the call's own credential stands in `text`.
    func isSecret(in text: String) -> Bool {
        secret.count >= Self.shortestTelling && withoutSecret(Array(text.utf8)).isChanged
    }

    /// `text` with `<redacted>` for every credential in it.
    func clean(_ text: String) -> String {
        let bytes = withoutSecret(Array(text.utf8)).bytes
        var clean: [UInt8] = []
        clean.reserveCapacity(bytes.count)
        var rest = bytes[...]
        var isBehindBearer = false
        while let byte = rest.first {
            let run = rest.prefix { isBehindBearer ? Self.isTokenByte($0) : Self.isKeyByte($0) }
            if run.isEmpty {
                clean.append(byte)
                rest.removeFirst()
                if byte != UInt8(ascii: " ") { isBehindBearer = false }
                continue
            }
            rest = rest.dropFirst(run.count)
            clean += Self.isKey(run) || isBehindBearer && run.count >= Self.shortest ? Self.mark[...] : run
            isBehindBearer = String(decoding: run, as: UTF8.self).lowercased() == "bearer"
        }
        return String(decoding: clean, as: UTF8.self)
    }

    private func withoutSecret(_ bytes: [UInt8]) -> (bytes: [UInt8], isChanged: Bool) {
        guard let first = secret.first, bytes.count >= secret.count else { return (bytes, false) }
        var clean: [UInt8] = []
        var isChanged = false
        var index = 0
        while index < bytes.count {
            if bytes[index] == first, bytes[index...].starts(with: secret) {
                clean += Self.mark
                index += secret.count
                isChanged = true
            } else {
                clean.append(bytes[index])
                index += 1
            }
        }
        return (clean, isChanged)
    }

    private static func isKey(_ run: ArraySlice<UInt8>) -> Bool {
        if run.count >= shortest, beginnings.contains(where: { run.starts(with: $0.utf8) }) { return true }
        return run.count > longestWord && run.allSatisfy { isLetter($0) || isDigit($0) } && run.contains(where: isDigit)
            && run.contains(where: isLetter)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// An asterisk, since some show a key with its middle masked.
    private static func isKeyByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || "-_.*".utf8.contains(byte)
    }

    /// RFC 6750, section 2.1.
    private static func isTokenByte(_ byte: UInt8) -> Bool { isKeyByte(byte) || "~+/=".utf8.contains(byte) }
}
