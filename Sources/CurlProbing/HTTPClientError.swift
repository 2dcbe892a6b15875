import CCurl
public import PrompterCore

/// An HTTP call that brought no whole answer back.
public struct HTTPClientError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// No connection, none that could be trusted, or one that broke.
        case connection
        /// No whole answer within the request's timeout.
        case timeout
        /// The answer is larger than the client's bounds.
        case tooLarge
        /// What came back is not HTTP.
        case malformed
        /// What came back is not encoded as it claims, or in a way that nobody here knows.
        case encoding
        /// The request can't be sent as it is written. Nothing was sent.
        case invalidRequest
        /// The calling task was cancelled, or the client shut down.
        case cancelled
    }

    public var kind: Kind
    /// What happened, for people: one line, bounded, free of credentials.
    public var detail: SafeText

    init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = SafeText(detail)
    }

    public var description: String { detail.description }

    /// The class of a probe that fails so.
    var failureClass: FailureClass {
        switch kind {
        case .connection: .connection
        // A probe that is stopped had no whole answer within the time it was given.
        case .timeout, .cancelled: .timeout
        case .tooLarge, .malformed, .encoding: .malformed
        case .invalidRequest: .invalidRequest
        }
    }
}

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
        self.init(
            kind, code == CURLE_BAD_CONTENT_ENCODING ? "the response's content encoding is invalid: \(text)" : text)
    }
}
