import PrompterCore
import Synchronization

/// One request on its way through the ``TransferLoop``.
final class Call: Sendable {
    typealias Answer = Result<HTTPResponse, HTTPClientError>

    let request: HTTPRequest
    /// Whether the body's encoding is undone, so far as libcurl knows it.
    let isDecoded: Bool
    /// The certificates to trust, in PEM; `nil` for the system's.
    let authorities: [UInt8]?
    /// Set once, and before the loop is told: a call that is cancelled before it reaches the loop is never begun.
    let isCancelled = Atomic(false)

    init(_ request: HTTPRequest, isDecoded: Bool, authorities: [UInt8]?) {
        self.request = request
        self.isDecoded = isDecoded
        self.authorities = authorities
    }
}
