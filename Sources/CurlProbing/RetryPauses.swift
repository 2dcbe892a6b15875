public import PrompterCore

/// How a prober tries again within one probe: after a server's error or a broken connection, at most twice, and after a
/// pause that is drawn, so that those who failed together don't come back together.
public struct RetryPauses: Sendable {
    public static let most = 2

    private let random: @Sendable () -> Double
    private let sleep: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - random: draws a number from 0 to 1.
    ///   - sleep: waits, and throws where its task is cancelled.
    public init(
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.random = random
        self.sleep = sleep
    }

    /// How long to wait before trying again.
    ///
    /// - Parameters:
    ///   - tries: how often it was tried again already.
    ///   - rest: what is left of the probe's time.
    /// - Returns: half a second, then a second, each shortened by up to a quarter; `nil` where trying again is of no use, or
    ///   there is no time for it. A provider that says when to come back is not asked before.
    public func pause(after failure: ProbeFailure, tries: Int, rest: Duration) -> Duration? {
        guard failure.failureClass == .serverError || failure.failureClass == .connection, tries < Self.most,
            failure.retryAfter == nil
        else { return nil }
        let pause = Duration.milliseconds(500 << tries) * (1 - random() / 4)
        return pause < rest ? pause : nil
    }

    /// - Throws: where the task is cancelled.
    public func wait(_ pause: Duration) async throws {
        try await sleep(pause)
    }
}
