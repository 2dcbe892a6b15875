/// A SHA-256 digest. Its bits are evenly spread, so a part of it is as good as a hash.
public struct Digest: Hashable, Sendable, Comparable {
    let words: (UInt64, UInt64, UInt64, UInt64)

    /// - Parameter bytes: 32 of them; `nil` for any other number.
    public init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == 32 else { return nil }
        self.init(of: bytes)
    }

    public init(_ hash: consuming SHA256) {
        self.init(of: hash.finish())
    }

    private init(of bytes: [UInt8]) {
        func word(_ index: Int) -> UInt64 {
            bytes[8 * index..<8 * index + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).reversed().map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
        }
    }

    /// 64 lower-case hexadecimal digits.
    public var hexadecimal: String { Hexadecimal.encode(bytes) }

    public static func == (left: Digest, right: Digest) -> Bool {
        left.words == right.words
    }

    public static func < (left: Digest, right: Digest) -> Bool {
        left.words < right.words
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
    }
}
