/// A target's identity: the SHA-256 of all that makes its call what it is. The same on every instance.
public struct TargetID: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let digest: Digest

    public init(_ digest: Digest) {
        self.digest = digest
    }

    /// - Parameter bytes: 32 of them; `nil` for any other number.
    public init?(_ bytes: some Sequence<UInt8>) {
        guard let digest = Digest(bytes) else { return nil }
        self.init(digest)
    }

    init(hash: consuming SHA256) {
        self.init(Digest(hash))
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { digest.bytes }

    /// 64 lower-case hexadecimal digits.
    public var hexadecimal: String { digest.hexadecimal }

    /// The first 12 hexadecimal digits, enough for people.
    public var description: String { String(hexadecimal.prefix(12)) }

    /// Where in an interval the target's slots begin: spread evenly over targets, the same on every instance.
    public func phase(in interval: Duration) -> Duration {
        .milliseconds(Int64(digest.words.0 % UInt64(max(1, interval.milliseconds))))
    }

    /// A share of `span`, spread evenly over targets and independent of ``phase(in:)``.
    public func spread(over span: Duration) -> Duration {
        .milliseconds(Int64(digest.words.1 % UInt64(max(1, span.milliseconds))))
    }

    public static func < (left: TargetID, right: TargetID) -> Bool {
        left.digest < right.digest
    }
}
