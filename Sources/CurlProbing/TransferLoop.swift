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
    private let userAgent: String
    private let inbox = Locked(Inbox())
    /// The thread; taken by whoever joins it.
    private let joining = Locked<pthread_t?>(nil)

    init(userAgent: String) throws(HTTPClientError) {
        self.userAgent = userAgent
        guard Self.library == CURLE_OK, let handle = curl_multi_init() else {
            throw HTTPClientError(.connection, "libcurl could not be started; is the machine out of memory?")
        }
        multi = Multi(handle: handle)
        prompterd_multi_set_long(handle, CURLMOPT_MAXCONNECTS, Self.mostConnections)
        guard let thread = start() else {
            inbox.withLock { $0.isStopping = true }
            curl_multi_cleanup(handle)
            throw HTTPClientError(
                .connection, "the HTTP client's thread could not be started; is the machine out of memory?")
        }
        joining.withLock { $0 = thread }
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
        joining.withLock { thread in
            inbox.withLock { inbox in
                guard !inbox.isStopping else { return }
                inbox.isStopping = true
                curl_multi_wakeup(multi.handle)
            }
            if let thread = thread.take() { pthread_join(thread, nil) }
        }
    }

    static let shutDown = HTTPClientError(.cancelled, "the client was shut down")
    static let cancelled = HTTPClientError(.cancelled, "the call was cancelled")

    /// Wakes the thread for the first of what is left for it; it finds the others then too.
    private func wakeFirst(_ inbox: Inbox) {
        if inbox.begun.isEmpty && inbox.cancelled.isEmpty { curl_multi_wakeup(multi.handle) }
    }

    /// Starts the thread with every signal blocked: signals are the program's, and a connection that is gone must not raise
    /// SIGPIPE from within the TLS library, which `CURLOPT_NOSIGNAL` leaves to us
    /// (https://curl.se/libcurl/c/CURLOPT_NOSIGNAL.html). A new thread inherits the mask (pthread_sigmask(3)).
    private func start() -> pthread_t? {
        var all = sigset_t()
        var former = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &former)
        defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
        var thread = pthread_t()
        // The thread takes over the reference that is retained here.
        let context = Unmanaged.passRetained(self)
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard result == 0 else {
            context.release()
            return nil
        }
        return thread
    }

    /// The thread: it ends when it finds the inbox stopping.
    private func run() {
        let transfers = Transfers(multi.handle, userAgent: userAgent)
        while true {
            let (begun, cancelled, isStopping) = inbox.withLock { inbox in
                defer {
                    inbox.begun.removeAll(keepingCapacity: true)
                    inbox.cancelled.removeAll(keepingCapacity: true)
                }
                return (inbox.begun, inbox.cancelled, inbox.isStopping)
            }
            for (call, reply) in begun {
                if call.isCancelled.load(ordering: .acquiring) {
                    reply.resume(returning: .failure(Self.cancelled))
                } else {
                    transfers.begin(call, reply)
                }
            }
            for call in cancelled { transfers.end(call, Self.cancelled) }
            if isStopping { break }
            transfers.goOn()
        }
        transfers.endAll(Self.shutDown)
        curl_multi_cleanup(multi.handle)
    }
}
