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
            case CURLE_BAD_CONTENT_ENCODING: .encoding
            case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED, CURLE_SSL_CACERT_BADFILE, CURLE_OUT_OF_MEMORY: .invalidRequest
            default: .connection
            }
        // libcurl quotes a proxy that it can't use as the environment has it, with user and password before the "@".
        let isTold = !message.isEmpty && !message.contains("@")
        let text = isTold ? message : String(cString: curl_easy_strerror(code))
        self.init(kind, code == CURLE_BAD_CONTENT_ENCODING ? "the answer's content encoding is broken: \(text)" : text)
    }
}
