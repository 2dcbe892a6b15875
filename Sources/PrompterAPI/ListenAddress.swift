/// Where the API listens: a Unix socket, or a port of this machine that nothing outside can reach.
public enum ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// The path of a socket, at most 107 bytes (unix(7)).
    case unix(String)
    /// An address of the loopback interface, and a port from 1 to 65535.
    case loopback(host: String, port: Int)

    /// What is expected, for messages.
    public static let expectation = "unix:/path, 127.0.0.1:port, [::1]:port or localhost:port"

    /// - Returns: `nil` for what is none of them: a reverse proxy serves other machines.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = text.dropFirst("unix:".count)
            guard path.hasPrefix("/"), path.utf8.count <= 107, !path.utf8.contains(0) else { return nil }
            self = .unix(String(path))
            return
        }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(digits), (1...65535).contains(port)
        else {
            return nil
        }
        switch text[..<colon] {
        case "localhost", "127.0.0.1": self = .loopback(host: "127.0.0.1", port: port)
        case "[::1]": self = .loopback(host: "::1", port: port)
        default: return nil
        }
    }

    public var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .loopback("::1", let port): "[::1]:\(port)"
        case .loopback(let host, let port): "\(host):\(port)"
        }
    }

    /// Whether a browser on this machine could be made to send something here.
    var isReachableByBrowsers: Bool {
        if case .loopback = self { true } else { false }
    }
}
