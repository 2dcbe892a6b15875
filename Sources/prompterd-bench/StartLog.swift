import LinuxHost
import PrompterCore
import PrompterDaemon

/// A stub that remembers when each target was probed.
final class StartLog: Prober {
    struct Start: Sendable {
        var target: TargetID
        var time: Uptime
    }

    private let stub: StubProber
    private let log = Locked<[Start]>([])

    init(pause: Duration) {
        stub = StubProber(pause: pause)
    }

    var starts: [Start] { log.withLock { $0 } }

    func probe(
        _ target: Target, timeout: Duration, onNewConnection: Bool
    ) async throws(ProbeFailure) -> ProbeAnswer {
        let start = Start(target: target.id, time: Moment.now.uptime)
        log.withLock { $0.append(start) }
        return try await stub.probe(target, timeout: timeout)
    }
}
