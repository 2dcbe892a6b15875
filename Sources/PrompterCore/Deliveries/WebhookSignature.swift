/// Signs what is sent as Standard Webhooks wants it, so that a receiver knows who sent it and when
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
public enum WebhookSignature {
    private static let prefix = "whsec_"
    /// How long a key may be, in bytes, by the specification.
    private static let keySizes = 24...64

    /// Whether `text` is a key: `whsec_` and 24 to 64 bytes in Base64.
    public static func isKey(_ text: String) -> Bool { bytes(of: text) != nil }

    /// The headers of one attempt, which is made at `now`; none without keys.
    static func headers(id: String, at now: Timestamp, body: [UInt8], keys: [Credential]) -> [HTTPHeader] {
        guard !keys.isEmpty else { return [] }
        let seconds = String(now.milliseconds / 1000)
        let message = Array("\(id).\(seconds).".utf8) + body
        let signatures = keys.compactMap { bytes(of: $0.reveal()) }.map { key in
            "v1,\(Base64.encode(HMAC.sha256(message, key: key)))"
        }
        return [
            HTTPHeader("webhook-id", id), HTTPHeader("webhook-timestamp", seconds),
            HTTPHeader("webhook-signature", signatures.joined(separator: " ")),
        ]
    }

    private static func bytes(of key: String) -> [UInt8]? {
        guard key.hasPrefix(prefix), let bytes = Base64.decode(key.dropFirst(prefix.count)),
            keySizes.contains(bytes.count)
        else { return nil }
        return bytes
    }
}
