/// Takes credentials out of texts that come from providers, before they are logged, stored or shown: the call's own, whole or
/// in part, and whatever looks like one, since a provider may quote another's.
struct Redaction: Sendable {
    /// How keys begin: OpenAI, Anthropic and many others; Google, old and new; Groq; xAI; Hugging Face; NVIDIA; Perplexity;
    /// a JSON Web Token; a webhook's signing key.
    private static let beginnings = ["sk-", "AIza", "AQ.", "gsk_", "xai-", "hf_", "nvapi-", "pplx-", "eyJ", signing]
    private static let signing = "whsec_"
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

    /// Every part of the secret of ``width`` bytes.
    private let parts: Set<UInt128>
    private let width: Int
    private let isTelling: Bool

    init(_ credential: Credential?) {
        let secret = credential?.reveal() ?? ""
        let count = secret.utf8.count
        let width = min(count, Self.shortestPart)
        var parts: Set<UInt128> = []
        if count >= Self.shortestSecret {
            Self.forEachPart(of: Self.plain(Array(secret.utf8)), width) { part, _ in parts.insert(part) }
        }
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
            let isToken = isBehindBearer || rest.starts(with: Self.signing.utf8)
            let run = rest.prefix { isToken ? Self.isTokenByte($0) : Self.isKeyByte($0) }
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
        // A secret may have in it what looks like another writing of something.
        var ranges = ranges(in: Self.plain(bytes))
        if bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "\\") }) {
            ranges += self.ranges(in: Self.decoded(bytes))
            ranges.sort { $0.lowerBound < $1.lowerBound }
        }
        guard !ranges.isEmpty else { return (bytes, false) }
        var clean: [UInt8] = []
        // The bytes before it were kept or taken out.
        var done: Int?
        for range in ranges {
            // Parts that overlap are taken out together.
            if range.lowerBound > done ?? -1 { clean += bytes[(done ?? 0)..<range.lowerBound] + Self.mark }
            done = max(done ?? 0, range.upperBound)
        }
        return (clean + bytes[(done ?? 0)...], true)
    }

    /// Where parts of the secret are.
    ///
    /// - Parameter units: what a text stands for.
    private func ranges(in units: [Unit]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        Self.forEachPart(of: units, width) { part, range in if parts.contains(part) { ranges.append(range) } }
        return ranges
    }

    /// A byte that stands in a text, in so many bytes of it.
    private struct Unit {
        var byte: UInt8
        var count = 1
    }

    private static func plain(_ bytes: [UInt8]) -> [Unit] { bytes.map { Unit(byte: $0) } }

    /// With the bytes that stand as `%XX` (RFC 3986, section 2.1) or, in JSON, as `\/` (RFC 8259, section 7).
    private static func decoded(_ bytes: [UInt8]) -> [Unit] {
        var units: [Unit] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            let next = rest.prefix(2)
            if byte == UInt8(ascii: "%"), next.count == 2, next.allSatisfy({ isHexadecimal($0) }),
                let value = UInt8(String(decoding: next, as: UTF8.self), radix: 16)
            {
                units.append(Unit(byte: value, count: 3))
                rest.removeFirst(2)
            } else if byte == UInt8(ascii: "\\"), next.first == UInt8(ascii: "/") {
                units.append(Unit(byte: UInt8(ascii: "/"), count: 2))
                rest.removeFirst()
            } else {
                units.append(Unit(byte: byte))
            }
        }
        return units
    }

    /// - Parameter body: gets each part of `width` units, packed, and where it stands.
    private static func forEachPart(of units: [Unit], _ width: Int, _ body: (UInt128, Range<Int>) -> Void) {
        let mask = (UInt128(1) << (8 * width)) - 1
        var part: UInt128 = 0
        var (begin, end) = (0, 0)
        for (index, unit) in units.enumerated() {
            part = (part << 8 | UInt128(unit.byte)) & mask
            end += unit.count
            if index + 1 > width { begin += units[index - width].count }
            if index + 1 >= width { body(part, begin..<end) }
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
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
