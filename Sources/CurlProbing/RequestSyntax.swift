import PrompterCore

/// What a request must keep to, so that libcurl sends exactly what is written and nothing is smuggled into it.
enum RequestSyntax {
    /// Looks at `request` before anything of it is sent.
    ///
    /// - Throws: ``HTTPClientError`` of kind ``HTTPClientError/Kind/invalidRequest``, which never quotes a value.
    static func check(_ request: HTTPRequest) throws(HTTPClientError) {
        let url = request.url.utf8
        guard !url.isEmpty, url.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw HTTPClientError(
                .invalidRequest, "the URL is empty or contains a character that must be written as %XX")
        }
        let scheme = request.url.prefix { $0 != ":" }.lowercased()
        guard scheme == "http" || scheme == "https" else {
            throw HTTPClientError(.invalidRequest, "the URL must start with http:// or https://")
        }
        for header in request.headers {
            guard isToken(header.name) else {
                throw HTTPClientError(.invalidRequest, "\"\(header.name)\" is not a valid header name")
            }
            guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw HTTPClientError(
                    .invalidRequest, "the value of the header \"\(header.name)\" contains a control character")
            }
        }
    }

    /// The lines for `CURLOPT_HTTPHEADER`: a value that is empty needs a semicolon, and a name with nothing behind its colon
    /// keeps libcurl from sending that header of its own (https://curl.se/libcurl/c/CURLOPT_HTTPHEADER.html).
    static func lines(of request: HTTPRequest) -> [String] {
        // No encoding is asked for: an answer is short, and one more thing could break.
        var lines = ["expect", "content-type", "accept-encoding"].filter { own in
            !request.headers.contains { $0.name.lowercased() == own }
        }.map { "\($0):" }
        for header in request.headers {
            let isEmpty = header.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            lines.append(isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        return lines
    }

    /// RFC 9110, section 5.6.2.
    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
