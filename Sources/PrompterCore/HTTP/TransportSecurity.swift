/// Where a credential may travel.
///
/// It judges by a grammar far narrower than RFC 3986: a URL that two readers could understand in two ways is refused, however
/// harmless it may be.
public enum TransportSecurity {
    /// Whether a request to `url` may carry a credential: over TLS, or in plain text to this very machine.
    public static func mayCarryCredential(url: String) -> Bool {
        isPlainLoopback(url: url) || authority(of: url, scheme: "https") != nil
    }

    /// Whether `url` is plain HTTP to a loopback address: `127.0.0.0/8` (RFC 6890, table 4) in its four decimal parts,
    /// `[::1]`, or `localhost`, which libcurl answers itself (https://everything.curl.dev/usingcurl/connections/name.html).
    public static func isPlainLoopback(url: String) -> Bool {
        guard var host = authority(of: url, scheme: "http") else { return false }
        if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
            let digits = host[host.index(after: colon)...]
            guard let port = UInt16(digits), port > 0, String(port) == digits else { return false }
            host = host[..<colon]
        }
        return host == "localhost" || host == "[::1]" || isLoopbackNumber(host)
    }

    /// What stands between the scheme and the path, in lower case; `nil` where the scheme is another, the URL holds anything
    /// but visible ASCII, or names a user.
    private static func authority(of url: String, scheme: String) -> Substring? {
        let start = "\(scheme)://"
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }),
            url.lowercased().hasPrefix(start)
        else { return nil }
        let authority = url.lowercased().dropFirst(start.count).prefix { !"/?#".contains($0) }
        return authority.isEmpty || authority.contains("@") ? nil : authority
    }

    /// A leading zero is refused, since some read it as octal; so are fewer than four parts.
    private static func isLoopbackNumber(_ host: Substring) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in UInt8(part).map { String($0) == part } ?? false }
    }
}
