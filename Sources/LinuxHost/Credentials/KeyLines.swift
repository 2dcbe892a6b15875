import PrompterCore

/// The text of a webhook's key file: keys, one a line.
enum KeyLines {
    /// As many keys sign one delivery.
    static let mostSigningKeys = 4
    /// PagerDuty refuses a key of any other length.
    private static let routingKeyLength = 32

    /// - Throws: what is wrong.
    static func signingKeys(in text: String) throws(WebhookFileFault) -> [Credential] {
        var keys: [Credential] = []
        for (number, line) in TextLines(text) {
            let key = String(line)
            guard WebhookSignature.isKey(key) else {
                throw WebhookFileFault(
                    "line \(number) is not a signing key; write whsec_ and 24 to 64 bytes in Base64")
            }
            keys.append(Credential(key))
        }
        guard !keys.isEmpty else { throw WebhookFileFault("is empty") }
        guard keys.count <= mostSigningKeys else {
            throw WebhookFileFault("has more than \(mostSigningKeys) keys; remove those that are no longer in use")
        }
        return keys
    }

    /// - Throws: what is wrong.
    static func routingKey(in text: String) throws(WebhookFileFault) -> Credential {
        let lines = TextLines(text)
        guard let line = lines.first?.line else { throw WebhookFileFault("is empty") }
        guard lines.count == 1, line.count == routingKeyLength, line.allSatisfy({ (0x21...0x7E).contains($0.value) })
        else {
            throw WebhookFileFault("should contain only the routing key, \(routingKeyLength) characters on one line")
        }
        return Credential(String(line))
    }
}
