import CurlProbing
import LinuxHost
import Logging
import PrompterCore

/// Webhooks: what the herald works with, and what the operator should know of their header files.
extension Daemon {
    static func makeHerald(
        _ settings: Settings, _ store: EnduringStore, _ client: HTTPClient, _ probeGuard: any ProbeGuard,
        changed: @escaping @Sendable () async -> Void, log: Logger
    ) -> Herald {
        let files = FileQueue(label: "prompterd.webhooks")
        return Herald(
            Herald.Parts(
                look: { try await store.dueDeliveries(at: $0, horizon: Herald.horizon, limit: $1) },
                settle: { try await store.settle($0, $1, at: $2) },
                headers: { path in
                    let read = await files.run { Result { () throws(HeaderFileError) in try HeaderFile(path).read() } }
                    return try read.get().headers
                },
                send: { try await client.send($0) }, probeGuard: probeGuard, clock: { Moment.now }, changed: changed,
                log: log, service: settings.service, environment: settings.environmentName))
    }

    /// Says what is wrong with the header files now, and not only when an event is to be told. Each is read again then.
    func checkHeaderFiles() {
        for path in Set(watchlist.watches.compactMap(\.webhook?.headerFile)).sorted() {
            do throws(HeaderFileError) {
                for warning in try HeaderFile(path).read().warnings {
                    tell(.warning, "\(SafeText(warning, limit: 5000))")
                }
            } catch {
                tell(.error, "\(error)")
            }
        }
    }
}
