import Dispatch
import Glibc

/// The signals that speak to the daemon.
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

    // Proof: never set again, and Dispatch's functions on a source may be called from any thread
    // (dispatch_source_create(3)).
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    /// Has SIGHUP ignored until the signals are taken over: nothing has been read yet that could be read again, and by default the
    /// signal would end the program.
    public static func ignoreReloads() { signal(SIGHUP, SIG_IGN) }

    /// Takes the signals over; when it returns, none of them ends the process any more.
    ///
    /// - Parameter handler: is told what each signal asks for, on a thread that is its own.
    public init(_ handler: @escaping @Sendable (Request) -> Void) async {
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "prompterd.signals")
        var sources: [any DispatchSourceSignal] = []
        for (number, request) in [(SIGTERM, Request.terminate), (SIGINT, .terminate), (SIGHUP, .reload)] {
            // On Linux the signal's disposition must stay as it is: libdispatch sets its own, and an ignored one never
            // comes.
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { @Sendable in handler(request) }
            await withCheckedContinuation { registration in
                source.setRegistrationHandler { @Sendable in registration.resume() }
                source.activate()
            }
            sources.append(source)
        }
        self.sources = sources
    }

    deinit {
        cancel()
    }

    /// Tells nothing any more. The signals stay without effect.
    public func cancel() {
        for source in sources { source.cancel() }
    }
}
