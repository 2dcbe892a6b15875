public import PrompterCore
import Synchronization

/// The HTTP client: libcurl's multi interface on one thread of its own, so that no call blocks a thread of Swift's pool.
///
/// Connections are kept and used again. HTTP/1.1 also over TLS: a probe then has its connection to itself, so that one that
/// breaks or stalls fails one probe, and a request is never sent again behind our back. No redirect is followed, no proxy but
/// the environment's is used (`HTTPS_PROXY`, `NO_PROXY`, …: https://curl.se/libcurl/c/libcurl-env.html), and certificates are
/// always verified.
public final class HTTPClient: Sendable {
    /// The largest body of an answer, in bytes: 1 MiB. A transfer that passes it is ended there.
    public static let largestBody = 1 << 20
    /// The largest sum of an answer's header lines, in bytes: 64 KiB.
    public static let largestHead = 64 << 10

    private let loop: TransferLoop
    private let authorities = Locked<[String: AuthorityFile]>([:])

    /// Starts the client's thread.
    ///
    /// - Parameter userAgent: sent with every call whose request does not say otherwise.
    /// - Throws: ``HTTPClientError`` where libcurl or the thread can't be started.
    public init(userAgent: String = "prompterd") throws(HTTPClientError) {
        loop = try TransferLoop(userAgent: userAgent)
    }

    deinit {
        loop.stop()
    }

    /// Takes the certificates of `files`, by path, for requests that name one. No file is read here: libcurl would read it on its
    /// only thread, and every call wait for it. A file that can't be used stays as it was given last.
    public func trust(_ files: [String: AuthorityFile]) {
        authorities.withLock { known in
            known.merge(files) { old, new in if case .unusable = new, case .certificates = old { old } else { new } }
        }
    }

    /// Sends `request` once and waits for the whole answer, whatever its status. Cancelling the task ends the transfer.
    ///
    /// - Parameter isDecoded: whether the encoding that the answer claims is undone; where it can't be, that is an error.
    /// - Throws: ``HTTPClientError``.
    public func send(_ request: HTTPRequest, isDecoded: Bool = true) async throws(HTTPClientError) -> HTTPResponse {
        let call = Call(request, isDecoded: isDecoded, authorities: try certificates(for: request))
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { loop.begin(call, $0) }
        } onCancel: {
            loop.cancel(call)
        }
        return try answer.get()
    }

    private func certificates(for request: HTTPRequest) throws(HTTPClientError) -> [UInt8]? {
        guard let path = request.authorityFile else { return nil }
        switch authorities.withLock({ $0[path] }) {
        case .certificates(let bytes): return bytes
        case .unusable(let fault): throw HTTPClientError(.invalidRequest, "ca_file: \(fault)")
        case nil: throw HTTPClientError(.invalidRequest, "ca_file: \(path) has not been read")
        }
    }

    /// Ends every outstanding call with an error and joins the thread. Calls made later fail at once.
    public func shutdown() {
        loop.stop()
    }
}

/// What a provider's `ca_file` holds, or why that can't be used.
public enum AuthorityFile: Hashable, Sendable {
    /// Certificates in PEM.
    case certificates([UInt8])
    case unusable(SafeText)
}
