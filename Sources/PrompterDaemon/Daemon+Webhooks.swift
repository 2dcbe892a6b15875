import CurlProbing
import LinuxHost
import Logging
import PrompterCore

/// Webhooks: what the herald works with, and what the operator should know of their header files.
extension Daemon {
    static func makeHerald(
        _ settings: Settings, _ store: EnduringStore, _ client: HTTPClient, _ probeGuard: any ProbeGuard,
        on threads: FileThreads, changed: @escaping @Sendable () async -> Void, log: Logger
    ) -> Herald {
        Herald(
            Herald.Parts(
                look: { try await store.dueDeliveries(at: $0, horizon: Herald.horizon, limit: $1) },
                settle: { try await store.settle($0, $1, at: $2) },
                headers: { try await HeaderFile($0).read(on: threads).headers },
                send: { try await client.send($0) }, probeGuard: probeGuard, clock: { Moment.now }, changed: changed,
                log: log, service: settings.service, environment: settings.environmentName))
    }

    /// Says what is wrong with the header files now, and not only when an event is to be told. Each is read again then.
    func checkHeaderFiles() async {
        let paths = Set(watchlist.watches.compactMap(\.webhook?.headerFile))
        await withTaskGroup(of: Result<HeaderFile.Content, HeaderFileError>.self) { group in
            for path in paths {
                group.addTask { [fileThreads] in
                    do throws(HeaderFileError) {
                        return .success(try await HeaderFile(path).read(on: fileThreads))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            for await result in group {
                do {
                    for warning in try result.get().warnings { tell(.warning, "\(SafeText(warning, limit: 5000))") }
                } catch {
                    tell(.error, "\(error)")
                }
            }
        }
    }
}
