public import Testing

/// One thing that every guard promises.
public struct ProbeGuardPromise: Sendable, CustomTestStringConvertible {
    public let testDescription: String
    /// Checks it on a guard that knows nothing yet.
    public let check: @Sendable (ProbeGuardSubject) async throws -> Void

    init(_ text: String, _ check: @escaping @Sendable (ProbeGuardSubject) async throws -> Void) {
        testDescription = text
        self.check = check
    }
}
