/// What makes the smallest call that reveals a target's version.
public protocol Prober: Sendable {
    /// Probes `target` once.
    ///
    /// - Parameters:
    ///   - timeout: bounds the whole probe, retries included.
    ///   - onNewConnection: whether its calls may use no connection that was used before: behind one that was, the same server
    ///     would answer again.
    /// - Returns: what the answer said, and how long the call took.
    /// - Throws: ``ProbeFailure``; an answer that names no version is thrown as ``FailureClass/noVersion``.
    func probe(_ target: Target, timeout: Duration, onNewConnection: Bool) async throws(ProbeFailure) -> ProbeAnswer
}

extension Prober {
    /// Probes `target` once, on whatever connection there is.
    public func probe(_ target: Target, timeout: Duration) async throws(ProbeFailure) -> ProbeAnswer {
        try await probe(target, timeout: timeout, onNewConnection: false)
    }
}
