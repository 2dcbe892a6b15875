/// HMAC with SHA-256 (RFC 2104).
enum HMAC {
    private static let blockSize = 64

    /// The code of `message` under `key`, 32 bytes.
    static func sha256(_ message: some Sequence<UInt8>, key: [UInt8]) -> [UInt8] {
        let short = key.count > blockSize ? SHA256.digest(key) : key
        let padded = short + repeatElement(0, count: blockSize - short.count)
        var inner = SHA256()
        inner.update(padded.map { $0 ^ 0x36 })
        inner.update(message)
        var outer = SHA256()
        outer.update(padded.map { $0 ^ 0x5C })
        outer.update(inner.finish())
        return outer.finish()
    }
}
