import CCurl
import PrompterCore

extension HTTPClientError {
    /// What libcurl's `code` says of a transfer (https://curl.se/libcurl/c/libcurl-errors.html).
    ///
    /// - Parameter message: the text of its error buffer; empty for none.
    init(_ code: CURLcode, _ message: String) {
        let kind: Kind =
            switch code {
            case CURLE_OPERATION_TIMEDOUT: .timeout
            // 1 is an answer of HTTP/0.9 here: the scheme has been looked at before.
            case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY: .malformed
            case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED, CURLE_SSL_CACERT_BADFILE, CURLE_OUT_OF_MEMORY: .invalidRequest
            default: .connection
            }
        // A proxy that libcurl can't use is quoted as the environment has it, password and all.
        let mayQuoteProxy = message.contains("@") || message.hasPrefix("Unsupported proxy")
        let text = message.isEmpty || mayQuoteProxy ? String(cString: curl_easy_strerror(code)) : message
        self.init(kind, text)
    }
}
