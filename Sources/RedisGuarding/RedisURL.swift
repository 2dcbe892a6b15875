public import PrompterCore

/// Where Redis is, and who asks: `redis://[[user]:password@]host[:port][/db]` or `unix://[[user]:password@]/path`; `?db=N` may stand
/// behind either.
///
/// Printing it shows neither user nor password.
public struct RedisURL: Hashable, Sendable, CustomStringConvertible {
    /// The two ways to reach a Redis.
    public enum Address: Hashable, Sendable {
        case tcp(host: String, port: Int)
        case unix(path: String)
    }

    public let address: Address
    /// The user of Redis's access control lists; `nil` for the default one.
    public let user: String?
    public let password: Credential?
    /// The number of the database, 0 where none is given.
    public let database: Int

    /// Reads `text`.
    ///
    /// - Throws: ``RedisURLError``, whose text never holds the password.
    public init(_ text: String) throws(RedisURLError) {
        // Files and shells like to end a line with a break.
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        let isSocket = text.hasPrefix("unix://")
        guard isSocket || text.hasPrefix("redis://") else {
            throw RedisURLError(
                text.hasPrefix("rediss://")
                    ? "rediss:// (TLS) is not supported; use a private network or a local tunnel"
                    : "it starts with neither redis:// nor unix://")
        }
        let (login, rest) = try Self.splitLogin(text.dropFirst(isSocket ? 7 : 8))
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let asked = try parts.count > 1 ? Self.database(inQuery: parts[1]) : nil
        if isSocket {
            address = try Self.unixAddress(parts[0])
            database = asked ?? 0
        } else {
            let place = parts[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            address = try Self.tcpAddress(place[0])
            let named = try place.count > 1 && !place[1].isEmpty ? Self.database(place[1]) : 0
            database = asked ?? named
        }
        (user, password) = login
    }

    public var description: String {
        let login = password == nil ? "" : "<redacted>@"
        switch address {
        case .tcp(let host, let port):
            let host = host.contains(":") ? "[\(host)]" : host
            return SafeText("redis://\(login)\(host):\(port)/\(database)").description
        case .unix(let path):
            return SafeText("unix://\(login)\(path)?db=\(database)").description
        }
    }

    private typealias Login = (user: String?, password: Credential?)

    private static func splitLogin(_ text: Substring) throws(RedisURLError) -> (Login, Substring) {
        let authority = text.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return ((nil, nil), text) }
        let login = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard login.count == 2 else { throw RedisURLError("user without a password") }
        guard let user = decode(login[0]), let password = decode(login[1]) else {
            throw RedisURLError("the user or password has a % that is not followed by two hexadecimal digits")
        }
        let named = user.isEmpty ? nil : user
        let secret = named == nil && password.isEmpty ? nil : Credential(password)
        return ((named, secret), text[authority.index(after: at)...])
    }

    private static func tcpAddress(_ text: Substring) throws(RedisURLError) -> Address {
        let host: Substring
        let rest: Substring
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else {
                throw RedisURLError("the host has no closing bracket")
            }
            host = text[text.index(after: text.startIndex)..<close]
            rest = text[text.index(after: close)...]
        } else {
            host = text.prefix { $0 != ":" }
            rest = text.dropFirst(host.count)
        }
        guard let name = decode(host), !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw RedisURLError("there is no host")
        }
        if rest.isEmpty { return .tcp(host: name, port: 6379) }
        guard rest.hasPrefix(":"), let port = number(rest.dropFirst()), (1...65_535).contains(port) else {
            throw RedisURLError("the port is not a number from 1 to 65535")
        }
        return .tcp(host: name, port: port)
    }

    private static func unixAddress(_ text: Substring) throws(RedisURLError) -> Address {
        guard let path = decode(text), path.hasPrefix("/"), path.count > 1, !path.utf8.contains(0) else {
            throw RedisURLError("the socket's path does not start with /")
        }
        // sun_path has 108 bytes, the last of them the terminating zero: unix(7).
        guard path.utf8.count <= 107 else { throw RedisURLError("the socket's path is longer than 107 bytes") }
        return .unix(path: path)
    }

    /// The database that `db=N` names; `nil` where it does not stand there.
    private static func database(inQuery query: Substring) throws(RedisURLError) -> Int? {
        var found: Int?
        for member in query.split(separator: "&") {
            guard member.hasPrefix("db=") else {
                let name = SafeText(String(member.prefix { $0 != "=" }), limit: 64)
                throw RedisURLError("\"\(name)\" is not allowed after the ?; only db=N is")
            }
            found = try database(member.dropFirst(3))
        }
        return found
    }

    private static func database(_ text: Substring) throws(RedisURLError) -> Int {
        guard let number = number(text), number <= Int32.max else {
            throw RedisURLError("the database is not a whole number")
        }
        return number
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
    }

    /// Resolves `%XX` (RFC 3986, section 2.1); `nil` where that is none, or the bytes are not UTF-8.
    private static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let digits = String(rest.prefix(2)), let decoded = Hexadecimal.decode(digits.lowercased()),
                decoded.count == 1
            else { return nil }
            bytes += decoded
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// What keeps a text from being a ``RedisURL``. It quotes nothing of the text, since a badly written password may stand
/// anywhere in it.
public struct RedisURLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let problem: String

    init(_ problem: String) {
        self.problem = problem
    }

    /// One line: what is wrong, and what to write instead.
    public var description: String {
        "not a Redis address: \(problem); write redis://[[user]:password@]host[:port][/db] or unix:///path[?db=N], with "
            + "special characters in the user or password written as %XX"
    }
}
