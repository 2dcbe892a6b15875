public import PrompterCore

/// What a ``FakeProvider`` does with a request.
public enum FakeAnswer: Sendable {
    /// A right answer, with the length of its body; a redirect is one too.
    case response(status: Int, headers: [HTTPHeader], body: [UInt8])
    /// These bytes as they are, and then the end of the connection.
    case bytes([UInt8])
    /// These bytes as they are, and then a reset in place of an end.
    case reset(after: [UInt8])
    /// Nothing, until the client goes or the provider stops.
    case hang
    /// A right answer's head, and then its body byte by byte, with this pause before each.
    case drip([UInt8], pause: Duration)
    /// A success whose body never ends: the chunk again and again.
    case endless(chunk: [UInt8])

    /// A success of this JSON text.
    public static func json(_ text: String, status: Int = 200) -> FakeAnswer {
        .response(status: status, headers: [HTTPHeader("Content-Type", "application/json")], body: Array(text.utf8))
    }

    /// A chat completion that names `model` and, if there is one, `fingerprint`.
    public static func completion(model: String, fingerprint: String? = nil) -> FakeAnswer {
        var members: [JSONValue.JSONMember] = [
            .init("object", .string("chat.completion")), .init("model", .string(model)), .init("choices", .array([])),
            .init("usage", .object([.init("prompt_tokens", .integer(8)), .init("completion_tokens", .integer(1))])),
        ]
        if let fingerprint { members.append(.init("system_fingerprint", .string(fingerprint))) }
        return .json(JSONValue.object(members).text)
    }

    /// A success that promises `length` bytes, sends `body` and ends.
    public static func truncated(_ body: [UInt8], length: Int) -> FakeAnswer {
        .bytes(Array("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n".utf8) + body)
    }
}

/// Short, since it names the cases of tests, and some bodies are long.
extension FakeAnswer: CustomStringConvertible {
    public var description: String {
        switch self {
        case .response(let status, let headers, let body):
            "status \(status), \(headers.count) headers, \(body.count) bytes"
        case .bytes(let bytes): "\(bytes.count) bytes"
        case .reset(let bytes): "reset after \(bytes.count) bytes"
        case .hang: "hang"
        case .drip(let body, let pause): "\(body.count) bytes, one each \(pause)"
        case .endless: "endless"
        }
    }
}
