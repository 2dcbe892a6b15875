/// A request that came whole.
struct APIRequest: Sendable {
    /// The longest body that is read, in bytes: system instructions are the largest part of one.
    static let longestBody = 256 << 10

    var method: String
    /// As it was sent, with its query.
    var target: String
    /// Those with one name in the order in which they came; names in lower case.
    var headers: [String: [String]]
    var body: [UInt8]

    init(method: String, target: String, headers: [String: [String]] = [:], body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The parts of the path, decoded (RFC 3986, section 2.1); `nil` where one can't be.
    var path: [String]? {
        var parts: [String] = []
        for part in target.prefix(while: { $0 != "?" }).split(separator: "/") {
            guard let decoded = Self.decode(part) else { return nil }
            parts.append(decoded)
        }
        return parts
    }

    private static func decode(_ part: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(part.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
