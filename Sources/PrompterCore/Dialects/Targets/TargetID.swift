/// A target's identity: the SHA-256 of all that makes its call what it is. The same on every instance.
public struct TargetID: Hashable, Sendable, Comparable, CustomStringConvertible {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// - Parameter digest: 32 bytes; `nil` for any other number.
    public init?(_ digest: some Sequence<UInt8>) {
        let bytes = Array(digest)
        guard bytes.count == 32 else { return nil }
        func word(_ index: Int) -> UInt64 {
            bytes[8 * index..<8 * index + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        words = (word(0), word(1), word(2), word(3))
    }

    init(hash: consuming SHA256) {
        let digest = hash.finish()
        func word(_ index: Int) -> UInt64 {
            digest[8 * index..<8 * index + 8].reduce(0) { $0 << 8 | UInt64($1) }
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

    /// The first 12 hexadecimal digits, enough for people.
    public var description: String { String(hexadecimal.prefix(12)) }

    /// Where in an interval the target's slots begin: spread evenly over targets, the same on every instance.
    public func phase(in interval: Duration) -> Duration {
        .milliseconds(Int64(words.0 % UInt64(max(1, interval.milliseconds))))
    }

    /// A share of `span`, spread evenly over targets and independent of ``phase(in:)``.
    public func spread(over span: Duration) -> Duration {
        .milliseconds(Int64(words.1 % UInt64(max(1, span.milliseconds))))
    }

    public static func == (left: TargetID, right: TargetID) -> Bool {
        left.words == right.words
    }

    public static func < (left: TargetID, right: TargetID) -> Bool {
        left.words < right.words
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
    }
}
