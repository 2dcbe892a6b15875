import CurlProbing
import LinuxHost
import OutsideParts
import PrompterCore
import Testing

@testable import PrompterDaemon

/// The daemon's services over a folder of their own, without a supervisor.
final class House: Sendable {
    let folder = TemporaryFolder()
    let settings: Settings
    let components: Components
    let life: LifeCycle
    let notices: AsyncStream<LifeCycle.Notice>
    let requests = ReloadRequests()
    let textfile: TextfileService
    let reloading: ReloadService
    private let running: Task<Void, Never>

    /// - Parameters:
    ///   - templates: what the stubs are asked for.
    ///   - storePatience: how long a reload waits for the store.
    init(
        _ templates: [String], storePatience: Duration = .seconds(60),
        log: Log = .silent
    ) async throws {
        settings = Self.settings(in: folder)
        try Self.write(Self.list(templates), to: settings.watchlist)
        let opened = try await OpenedWatchlist(settings, mayUseLastGood: true, log: log)
        components = try await Components(settings, opened.inForce.watchlist, log: log)
        let (notices, told) = AsyncStream.makeStream(of: LifeCycle.Notice.self)
        self.notices = notices
        life = LifeCycle { told.yield($0) }
        textfile = TextfileService(components)
        let maintenance = StoreMaintenance(components, pulseInterval: .seconds(60))
        reloading = ReloadService(
            components, opened, requests, life, textfile, maintenance, storePatience: storePatience)
        await reloading.start(spread: .zero)
        life.started()
        running = Task { [reloading] in await reloading.run() }
    }

    static func settings(in folder: TemporaryFolder) -> Settings {
        Settings(
            watchlist: folder.path(of: "watchlist.json"), database: folder.path(of: "prompterd.db"),
            textfile: folder.path(of: "prompterd.prom"))

    }

    static func list(_ templates: [String]) -> String {
        let watches = templates.map { #"{"template":"\#($0)","provider":"openai","model":"m-\#($0)"}"# }
        return #"{"providers":{"openai":{"dialect":"stub"}},"watches":[\#(watches.joined(separator: ","))]}"#
    }

    static func write(_ text: String, to path: String) throws {
        try AtomicFile.write(Array(text.utf8), to: path)
    }

    /// Has `text` read as the watchlist, and waits until that is done.
    func reload(_ text: String) async throws {
        try Self.write(text, to: settings.watchlist)
        requests.ask()
        var hasBegun = false
        for await notice in notices {
            if notice == .reloading { hasBegun = true } else if hasBegun { break }
        }
    }

    /// The samples of the textfile.
    func samples() throws -> [Substring] {
        String(decoding: try FileReading.read(settings.textfile ?? ""), as: UTF8.self).split(separator: "\n")
    }

    func close() async {
        running.cancel()
        await running.value
        components.client.shutdown()
        await components.store.close()
    }
}
