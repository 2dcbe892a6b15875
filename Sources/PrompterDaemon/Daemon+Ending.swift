import CurlProbing
import LinuxHost
import Logging
import PrompterCore

extension Daemon {
    /// How long probes in flight may go on after a stop was asked for.
    static let stopTime: Duration = .seconds(10)
    /// How long the store may take after that.
    private static let storeTime: Duration = .seconds(6)

    func stop(once: Bool) async {
        notifier.stopping()
        log.notice("stopping")
        async let told: Void = once ? () : herald.stop(within: Self.stopTime)
        await pipeline.stop(within: Self.stopTime)
        await told
    }

    /// Lets the recorder commit what it has, for as long as it may take.
    func finishRecording() async {
        recorder.finish()
        let breaker = Task {
            guard (try? await Task.sleep(for: Self.storeTime)) != nil else { return }
            recorder.giveUp()
        }
        await recorder.waitUntilEnded()
        breaker.cancel()
    }

    func end(once: Bool) async throws(DaemonError) {
        state.isUp = false
        await writeTextfile(isForced: true)
        client.shutdown()
        await store.close()
        let leftover = recorder.leftover()
        for finding in leftover { log.error("not recorded: \(Self.text(of: finding))") }
        HostLog.flush()
        if !leftover.isEmpty { throw .unrecorded(leftover.count) }
        log.notice("stopped")
        HostLog.flush()
        let failed = await pipeline.failedTargets()
        if once, failed > 0 { throw .failedTargets(failed) }
    }

    private static func text(of finding: Finding) -> String {
        switch finding {
        case .observation(let observation, _):
            let version = observation.version
            return
                "target \(observation.target.hexadecimal) at \(observation.time.iso8601Milliseconds): model \(SafeText(version.resolvedModel ?? "none")), fingerprint \(SafeText(version.fingerprint ?? "none")), id \(Hexadecimal.encode(observation.id))"
        case .failure(let attempt):
            return
                "target \(attempt.target.hexadecimal) at \(attempt.time.iso8601Milliseconds): \(attempt.failureClass.rawValue)"
        }
    }
}
