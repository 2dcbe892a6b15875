import Logging
import PrompterCore

extension Pipeline {
    /// Takes how the lookup beside a completion of `target` ended. That it fails says nothing against the completion, but what only
    /// it shows is not watched meanwhile: one line when that begins, and one when it ends.
    ///
    /// - Parameter failure: `nil` where it told what it should, or none is made.
    func takeLookup(_ failure: ProbeFailure?, of target: Target) {
        let last = failingLookups[target.id]
        failingLookups[target.id] = failure?.failureClass
        if let failure {
            metrics.failedLookup(target, failure.failureClass)
            parts.log.log(
                level: last == nil ? .warning : .debug,
                "\(target.provider.name) \(target.model): answers, but its lookup fails: \(failure)",
                metadata: Self.metadata(of: target, outcome: failure.failureClass.rawValue))
        } else if let last {
            parts.log.notice(
                "\(target.provider.name) \(target.model): its lookup works again (was \(last.rawValue))",
                metadata: Self.metadata(of: target, outcome: "success"))
        }
    }
}
