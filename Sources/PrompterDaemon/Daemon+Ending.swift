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
        await runner.stop(within: Self.stopTime)
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
        guard leftover.isEmpty else { throw .unrecorded(Unrecorded(leftover).keep(beside: settings.database, log)) }
        log.notice("stopped")
        HostLog.flush()
        let failed = await runner.failedTargets
        if once, failed > 0 { throw .failedTargets(failed) }
    }
}
