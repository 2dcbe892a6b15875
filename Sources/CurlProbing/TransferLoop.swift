import CCurl
import Glibc
import PrompterCore
import Synchronization

/// The thread that libcurl runs on, and the box in which the rest of the program leaves calls for it.
final class TransferLoop: Sendable {
    typealias Reply = CheckedContinuation<Call.Answer, Never>

    private struct Inbox {
        var begun: [(call: Call, reply: Reply)] = []
        var cancelled: [Call] = []
        var isStopping = false
        /// Taken by whoever joins it.
        var thread: pthread_t?
    }

    /// libcurl's multi handle.
    ///
    /// Unchecked, because a pointer is never Sendable: only the loop's thread uses the handle, but for `curl_multi_wakeup`,
    /// which any thread may call (https://curl.se/libcurl/c/curl_multi_wakeup.html). That is done with the inbox locked and
    /// only while it is not stopping, and the thread frees the handle after it has seen it stopping under the same lock.
    private struct Multi: @unchecked Sendable {
        let handle: UnsafeMutableRawPointer
    }

    /// libcurl keeps no more idle connections than this.
    private static let mostConnections = 256

    /// Once for the process (https://curl.se/libcurl/c/curl_global_init.html).
    private static let library = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    private let multi: Multi
    private let inbox = Mutex(Inbox())
    private let joining = Mutex(())

    init() throws(HTTPClientError) {
        guard Self.library == CURLE_OK, let handle = curl_multi_init() else {
            throw HTTPClientError(.connection, "libcurl can't be started; is memory short?")
        }
        multi = Multi(handle: handle)
        prompterd_multi_set_long(handle, CURLMOPT_MAXCONNECTS, Self.mostConnections)
        try start()
    }

    /// Leaves `call` for the thread; `reply` is resumed exactly once.
    func begin(_ call: Call, _ reply: Reply) {
        let isStopping = inbox.withLock { inbox in
            guard !inbox.isStopping else { return true }
            wakeFirst(inbox)
            inbox.begun.append((call, reply))
            return false
        }
        if isStopping { reply.resume(returning: .failure(Self.shutDown)) }
    }

    /// Ends `call` with ``HTTPClientError/Kind/cancelled``, unless it has ended.
    func cancel(_ call: Call) {
        call.isCancelled.store(true, ordering: .releasing)
        inbox.withLock { inbox in
            guard !inbox.isStopping else { return }
            wakeFirst(inbox)
            inbox.cancelled.append(call)
        }
    }

    /// Ends every call and joins the thread; whoever comes second waits for the first.
    func stop() {
        let thread = joining.withLock { _ in
            let thread = inbox.withLock { inbox in
                if !inbox.isStopping { curl_multi_wakeup(multi.handle) }
                inbox.isStopping = true
                return inbox.thread.take()
            }
            if let thread { pthread_join(thread, nil) }
        }
        _ = thread
    }

    static let shutDown = HTTPClientError(.cancelled, "the client was shut down")
    static let cancelled = HTTPClientError(.cancelled, "the call was cancelled")

    /// Wakes the thread for the first of what is left for it; it finds the others then too.
    private func wakeFirst(_ inbox: Inbox) {
        if inbox.begun.isEmpty && inbox.cancelled.isEmpty { curl_multi_wakeup(multi.handle) }
    }
}
