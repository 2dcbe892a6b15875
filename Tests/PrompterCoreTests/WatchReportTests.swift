import PrompterCore
import Testing

/// When a watch's target is due next, as far as the store says.
struct WatchReportTests {
    private static let interval: Duration = .seconds(600)
    private static let target = Example.target(interval: interval)
    private static let slot = target.slot(at: Timestamp(milliseconds: 1_764_000_000_000))

    private struct Case: Sendable, CustomStringConvertible {
        var description: String
        /// Seconds after the slot's beginning.
        var now: Int
        var attempt: Int?
        var success: Int?
        var failure: FailureClass?
        var failures = 0
        var suspended: Int?
        var due: Int
    }

    private static let cases = [
        Case(description: "never probed", now: 30, due: 30),
        Case(description: "observed", now: 30, attempt: 10, success: 10, due: 600),
        Case(description: "observed late in the slot before", now: 30, attempt: -299, success: -299, due: 600),
        Case(description: "observed early in the slot before", now: 30, attempt: -300, success: -300, due: 30),
        Case(description: "given up", now: 30, attempt: 10, failure: .auth, failures: 1, due: 600),
        Case(
            description: "given up late in the slot before", now: 30, attempt: -5, failure: .auth, failures: 1, due: 30),
        Case(description: "tried again soon", now: 30, attempt: 20, failure: .timeout, failures: 1, due: 35),
        Case(description: "tried again later", now: 30, attempt: 20, failure: .timeout, failures: 2, due: 80),
        Case(
            description: "failed early, as in every slot", now: 6, attempt: 5, failure: .timeout, failures: 30, due: 20),
        Case(description: "overdue", now: 300, attempt: 20, failure: .timeout, failures: 1, due: 300),
        Case(description: "failed three times", now: 300, attempt: 90, failure: .timeout, failures: 3, due: 600),
        Case(description: "failed too late", now: 590, attempt: 588, failure: .timeout, failures: 1, due: 600),
        Case(description: "failed late", now: 590, attempt: 550, failure: .serverError, failures: 2, due: 600),
        Case(description: "failed late before", now: 1, attempt: -2, failure: .timeout, failures: 1, due: 1),
        Case(description: "suspended", now: 30, attempt: 10, failure: .auth, failures: 1, suspended: 900, due: 900),
    ]

    @Test(arguments: cases) private func isDueNext(_ one: Case) {
        func time(_ seconds: Int?) -> Timestamp? { seconds.map { Self.slot.begin + .seconds($0) } }
        let report = WatchReport(
            watch: Watch.Key(org: "o", workspace: "w", template: "t", provider: "p", model: "m"),
            target: Self.target.id,
            interval: Self.interval, lastAttempt: time(one.attempt), lastSuccess: time(one.success),
            failure: one.failure, failures: one.failures,
            standOff: one.suspended.map {
                StandOff.Kept(
                    scope: .provider("p"), cause: one.failure ?? .auth, end: time($0), repetitions: 1)
            })
        let now = Self.slot.begin + .seconds(one.now)
        #expect(report.nextDue(at: now).map { $0 - Self.slot.begin } == .seconds(one.due))
    }
}
