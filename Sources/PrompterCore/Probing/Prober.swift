/// What makes the smallest call that reveals a target's version.
public protocol Prober: Sendable {
    /// Probes `target` once.
    ///
    /// - Parameter timeout: bounds the whole probe, retries included.
    /// - Returns: what the answer said, and how long the call took.
    /// - Throws: ``ProbeFailure``; an answer that names no version is thrown as ``FailureClass/noVersion``.
    func probe(_ target: Target, timeout: Duration) async throws(ProbeFailure) -> ProbeAnswer
}
