import Dispatch
public import PrompterCore

/// A steady beat by the monotonic clock, which no setting of the wall clock moves.
public final class Pulse: Sendable {
    /// When it beat. For one reader; a beat that nobody has taken yet gives way to the next. Ends with ``cancel()``.
    public let beats: AsyncStream<Moment>

    // Proof: never set again, and Dispatch's functions on a source may be called from any thread
    // (dispatch_source_create(3)).
    nonisolated(unsafe) private let source: any DispatchSourceTimer
    private let continuation: AsyncStream<Moment>.Continuation

    /// Beats for the first time after `interval`, then every `interval`, each up to a second late so that the kernel
    /// may join it with another wake-up.
    ///
    /// - Parameter interval: a millisecond at least; shorter ones are taken for that.
    public init(every interval: Duration) {
        (beats, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        let period = DispatchTimeInterval.milliseconds(Int(max(1, interval.milliseconds)))
        source = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "prompterd.pulse"))
        source.schedule(deadline: .now() + period, repeating: period, leeway: .seconds(1))
        source.setEventHandler { @Sendable [continuation] in continuation.yield(.now) }
        source.activate()
    }

    deinit {
        cancel()
    }

    /// Ends the beat and its sequence.
    public func cancel() {
        source.cancel()
        continuation.finish()
    }
}
