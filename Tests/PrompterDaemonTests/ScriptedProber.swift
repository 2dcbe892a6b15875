import PrompterCore

/// A prober that answers as it is told, or waits until its task is cancelled.
final class ScriptedProber: Prober {
    let probes: AsyncStream<Target>
    private let told: AsyncStream<Target>.Continuation
    private let answers: Locked<[Result<ProbeAnswer, ProbeFailure>?]>

    /// - Parameter answers: one a probe, the last again and again; `nil` hangs.
    init(_ answers: [Result<ProbeAnswer, ProbeFailure>?]) {
        self.answers = Locked(answers)
        (probes, told) = AsyncStream.makeStream()
    }

    func probe(
        _ target: Target, timeout: Duration, onNewConnection: Bool
    ) async throws(ProbeFailure) -> ProbeAnswer {
        let answer = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        told.yield(target)
        if let answer { return try answer.get() }
        // Hangs until it is broken off.
        for await _ in AsyncStream<Never>.makeStream().stream {}
        throw ProbeFailure(.timeout, "broken off")
    }
}
