import PrompterCore
import Synchronization

/// One request on its way through the ``TransferLoop``.
final class Call: Sendable {
    typealias Answer = Result<HTTPResponse, HTTPClientError>

    let request: HTTPRequest
    /// Set once, and before the loop is told: a call that is cancelled before it reaches the loop is never begun.
    let isCancelled = Atomic(false)

    init(_ request: HTTPRequest) {
        self.request = request
    }
}
