/// One HTTP call, as a dialect writes it and the HTTP client sends it.
public struct HTTPRequest: Hashable, Sendable {
    public enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
    }

    public var method: Method
    public var url: String
    /// Name and value, sent in this order.
    public var headers: [HTTPHeader]
    /// The body; empty for none.
    public var body: [UInt8]
    /// A PEM file of the authorities to trust instead of the system's.
    public var authorityFile: String?
    /// Bounds the whole call: name resolution, connection, answer.
    public var timeout: Duration
    /// Whether no connection that was used before may carry it.
    public var isOnNewConnection = false
    /// The path of a Unix socket to connect to, whatever the URL's host is; `nil` for that host.
    public var socket: String?

    public init(
        method: Method, url: String, headers: [HTTPHeader] = [], body: [UInt8] = [], authorityFile: String? = nil,
        timeout: Duration
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.authorityFile = authorityFile
        self.timeout = timeout
    }
}

/// What came back for an ``HTTPRequest``: whole, and no larger than the client's bound.
public struct HTTPResponse: Hashable, Sendable {
    public var status: Int
    public var headers: [HTTPHeader]
    public var body: [UInt8]
    /// From the start of the call to its last byte.
    public var duration: Duration

    public init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = [], duration: Duration = .zero) {
        self.status = status
        self.headers = headers
        self.body = body
        self.duration = duration
    }

    /// The first value of the header `name`; names are compared without regard to case (RFC 9110, section 5.1).
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// One header field of a request or a response.
public struct HTTPHeader: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension HTTPHeader {
    /// Whether its name is one.
    public var hasValidName: Bool { Self.isName(name) }

    /// Whether its value may stand as one.
    public var hasValidValue: Bool { Self.isValue(value) }

    /// Whether `text` is a token (RFC 9110, section 5.6.2).
    static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// Whether `text` may stand as a value: nothing in it ends the line or acts on a terminal.
    static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
}

/// A date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7; of its forms the only one that may be
/// written).
struct HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    let time: Timestamp

    /// - Returns: `nil` where `text` is none.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 6, words[1].count == 2, words[3].count == 4, words[5] == "GMT",
            let month = Self.months.firstIndex(of: String(words[2]))
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        guard let time = Timestamp(iso8601: "\(words[3])-\(number)-\(words[1])T\(words[4])Z") else { return nil }
        self.time = time
    }
}
