/// Takes credentials out of texts that come from providers, before they are logged, stored or shown: the call's own, whole or
/// in part, and whatever looks like one, since a provider may quote another's.
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

    /// A part of the call's own credential that is so long is taken out, too: providers quote keys cut or masked.
    private static let shortestPart = 12

    /// Every part of the secret of ``width`` bytes, as it is and as it stands in URLs.
    private let parts: Set<UInt128>
    private let width: Int
    private let isTelling: Bool

    init(_ credential: Credential?) {
        let secret = credential?.reveal() ?? ""
        let count = secret.utf8.count
        let width = min(count, Self.shortestPart)
        var forms = count < Self.shortestSecret ? [] : [Array(secret.utf8)]
        if count >= Self.shortestPart { forms += [true, false].map { Self.inURL(secret, uppercase: $0) } }
        var parts: Set<UInt128> = []
        for form in forms { Self.forEachPart(of: form, width) { part, _ in parts.insert(part) } }
        (self.parts, self.width) = (parts, width)
        isTelling = count >= Self.shortestTelling
    }

    /// Whether `text` is a key by its looks.
    static func looksLikeKey(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isKeyByte) && isKey(Array(text.utf8)[...])
    }

    /// Whether the call's own credential stands in `text`, or a part of it.
    func isSecret(in text: String) -> Bool {
        isTelling && withoutSecret(Array(text.utf8)).isChanged
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
        guard !parts.isEmpty else { return (bytes, false) }
        var clean: [UInt8] = []
        var isChanged = false
        // The bytes before it were kept or taken out.
        var done = 0
        Self.forEachPart(of: bytes, width) { part, end in
            guard parts.contains(part) else { return }
            // Parts that overlap are taken out together.
            if end - width > done || !isChanged {
                clean += bytes[done..<end - width]
                clean += Self.mark
            }
            isChanged = true
            done = end
        }
        return isChanged ? (clean + bytes[done...], true) : (bytes, false)
    }

    /// - Parameter body: gets each part of `width` bytes, packed, and where it ends.
    private static func forEachPart(of bytes: [UInt8], _ width: Int, _ body: (UInt128, Int) -> Void) {
        let mask = (UInt128(1) << (8 * width)) - 1
        var part: UInt128 = 0
        for (index, byte) in bytes.enumerated() {
            part = (part << 8 | UInt128(byte)) & mask
            if index + 1 >= width { body(part, index + 1) }
        }
    }

    /// `text` with all but unreserved characters as `%XX` (RFC 3986, section 2).
    private static func inURL(_ text: String, uppercase: Bool) -> [UInt8] {
        text.utf8.flatMap { byte -> [UInt8] in
            if isLetter(byte) || isDigit(byte) || "-_.~".utf8.contains(byte) { return [byte] }
            return Array("%\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: uppercase))".utf8)
        }
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
