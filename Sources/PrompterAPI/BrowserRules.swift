import PrompterCore

/// Keeps web pages from sending something to a port of the machine that their browser runs on: by a form, a script, or a name that
/// is made to point to it (DNS rebinding).
enum BrowserRules {
    private static let hosts: Set<String> = ["localhost", "127.0.0.1", "[::1]"]

    /// - Returns: `nil` for a request that no page could have sent.
    static func refusal(of request: APIRequest) -> APIResponse? {
        let host = request.headers["host"] ?? []
        guard host.count == 1, hosts.contains(name(in: host[0])) else {
            return .problem(421, "Misdirected Request", "the Host header should name localhost, 127.0.0.1 or [::1]")
        }
        guard request.headers["origin"] == nil else {
            return .problem(403, "Forbidden", "requests from web pages (with an Origin header) are refused")
        }
        guard request.method != "POST" || isJSON(request) else {
            return .problem(415, "Unsupported Media Type", "POST needs Content-Type: application/json")
        }
        return nil
    }

    /// The host without its port.
    private static func name(in host: String) -> String {
        let text = host.lowercased()
        guard let colon = text.lastIndex(of: ":"), text[text.index(after: colon)...].allSatisfy(\.isNumber) else {
            return text
        }
        return String(text[..<colon])
    }

    private static func isJSON(_ request: APIRequest) -> Bool {
        guard let types = request.headers["content-type"], types.count == 1 else { return false }
        let type = types[0].prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
        return type.lowercased() == "application/json"
    }
}
