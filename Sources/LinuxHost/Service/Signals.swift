import Dispatch
import Glibc

/// The signals that speak to the daemon, as a sequence.
///
/// SIGPIPE is ignored besides, so that a reader that went away is an error of write(2) and no end of the process.
public final class Signals: Sendable {
    /// What a signal asks for.
    public enum Request: Hashable, Sendable {
        /// Stop: SIGTERM or SIGINT.
        case terminate
        /// Read the watchlist again: SIGHUP.
        case reload
    }

    /// What was asked for, in order. For one reader; of requests that nobody has taken yet the latest few are kept, and
    /// among them always one to terminate if there was any. Ends with ``cancel()``.
    public let requests: AsyncStream<Request>

    // Proof: never set again, and Dispatch's functions on a source may be called from any thread
    // (dispatch_source_create(3)).
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]
    private let continuation: AsyncStream<Request>.Continuation

    /// Takes the signals over; when it returns, none of them ends the process any more.
    public init() async {
        signal(SIGPIPE, SIG_IGN)
        let (requests, continuation) = AsyncStream<Request>.makeStream(bufferingPolicy: .bufferingNewest(8))
        let queue = DispatchQueue(label: "prompterd.signals")
        var sources: [any DispatchSourceSignal] = []
        for (number, request) in [(SIGTERM, Request.terminate), (SIGINT, .terminate), (SIGHUP, .reload)] {
            // On Linux the signal's disposition must stay as it is: libdispatch sets its own, and an ignored one never
            // comes.
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { @Sendable in Self.hand(request, to: continuation) }
            await withCheckedContinuation { registration in
                source.setRegistrationHandler { @Sendable in registration.resume() }
                source.activate()
            }
            sources.append(source)
        }
        self.requests = requests
        self.continuation = continuation
        self.sources = sources
    }

    deinit {
        cancel()
    }

    /// Ends the sequence. The signals stay without effect.
    public func cancel() {
        for source in sources { source.cancel() }
        continuation.finish()
    }

    /// A flood of reloads must not push out the one request that matters.
    static func hand(_ request: Request, to continuation: AsyncStream<Request>.Continuation) {
        if case .dropped(.terminate) = continuation.yield(request) { continuation.yield(.terminate) }
    }
}
