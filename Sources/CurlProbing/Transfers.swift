import CCurl
import PrompterCore
import Synchronization

/// The transfers under way, and the idle ones that wait to be used again. Only the loop's thread has it.
final class Transfers {
    /// An easy handle keeps some ten KiB; more than this many idle ones are freed.
    private static let mostIdle = 64

    private let multi: UnsafeMutableRawPointer
    private let userAgent: String
    private var running: [ObjectIdentifier: Transfer] = [:]
    private var idle: [Transfer] = []

    init(_ multi: UnsafeMutableRawPointer, userAgent: String) {
        self.multi = multi
        self.userAgent = userAgent
    }

    /// Begins `call`, or answers at once where it can't be sent.
    func begin(_ call: Call, _ reply: TransferLoop.Reply) {
        do throws(HTTPClientError) {
            let transfer = if let idle = idle.popLast() { idle } else { try Transfer(userAgent: userAgent) }
            try transfer.prepare(call, reply)
            let code = curl_multi_add_handle(multi, transfer.easy)
            guard code == CURLM_OK else {
                throw HTTPClientError(.connection, String(cString: curl_multi_strerror(code)))
            }
            running[ObjectIdentifier(call)] = transfer
        } catch {
            reply.resume(returning: .failure(error))
        }
    }

    /// Ends `call` with `error`, where it is under way.
    func end(_ call: Call, _ error: HTTPClientError) {
        guard let transfer = running[ObjectIdentifier(call)] else { return }
        end(transfer, .failure(error))
    }

    func endAll(_ error: HTTPClientError) {
        for transfer in running.values { end(transfer, .failure(error)) }
    }

    /// Moves every transfer on and answers those that have ended; then waits until there is something to do: for a socket, for
    /// a time limit, or for `curl_multi_wakeup`.
    func goOn() {
        var count: CInt = 0
        curl_multi_perform(multi, &count)
        while let message = curl_multi_info_read(multi, &count)?.pointee {
            guard message.msg == CURLMSG_DONE, let transfer = Transfer.of(message.easy_handle) else { continue }
            end(transfer, transfer.answer(message.data.result))
        }
        curl_multi_poll(multi, nil, 0, CInt.max, nil)
    }

    private func end(_ transfer: Transfer, _ answer: Call.Answer) {
        curl_multi_remove_handle(multi, transfer.easy)
        guard let (call, reply) = transfer.subject else { return }
        running[ObjectIdentifier(call)] = nil
        recycle(transfer)
        reply.resume(returning: answer)
    }

    private func recycle(_ transfer: Transfer) {
        transfer.clear()
        if idle.count < Self.mostIdle { idle.append(transfer) }
    }
}

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
