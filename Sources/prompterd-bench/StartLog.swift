import LinuxHost
import PrompterCore
import PrompterDaemon

/// A stub that remembers when each target was probed.
final class StartLog: Prober {
    private let stub: StubProber
    private let places: [TargetID: Int]
    private let log = Locked<[ProbeStart]>([])

    /// - Parameter targets: those of the list, in its order.
    init(pause: Duration, targets: [TargetID]) {
        stub = StubProber(pause: pause)
        places = Dictionary(uniqueKeysWithValues: targets.enumerated().map { ($1, $0) })
    }

    /// By uptime.
    var starts: [ProbeStart] { log.withLock { $0 } }

    func probe(
        _ target: Target, timeout: Duration, onNewConnection: Bool
    ) async throws(ProbeFailure) -> ProbeAnswer {
        let start = ProbeStart(target: places[target.id] ?? -1, seconds: Moment.now.uptime.sinceStart.seconds)
        log.withLock { $0.append(start) }
        return try await stub.probe(target, timeout: timeout)
    }
}
