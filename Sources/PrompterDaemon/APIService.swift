import LinuxHost
import PrompterAPI
import PrompterCore

/// Serves the API from when its address can be had until the stop. An address that can't be had keeps nobody from watching.
actor APIService {
    private static let pause: Duration = .seconds(5)

    private let address: ListenAddress
    private let services: APIServices
    private let log: Log
    private var server: APIServer?
    private var isStopped = false

    init(
        _ address: ListenAddress, _ components: Components, _ reloading: ReloadService, _ requests: ReloadRequests,
        _ textfile: TextfileService, _ life: LifeCycle
    ) {
        self.address = address
        log = components.log
        let versions = VersionService(components) { await reloading.inForce }
        let runner = components.runner
        services = APIServices(
            version: { await versions.answer($0) }, exposition: { await textfile.exposition() },
            isHealthy: { await runner.isHealthy }, isReady: { life.isRunning },
            reload: {
                await requests.askAndWait()
                return await reloading.inForce.refused?.errors.map(\.description) ?? []
            })
    }

    /// Tries until it listens, and opens `tried` once it has tried.
    func start(_ tried: Gate) async {
        var isTold = false
        while !isStopped, !Task.isCancelled {
            do {
                let server = try await APIServer(address, services)
                guard !isStopped else { return await server.close() }
                self.server = server
                tried.open()
                return log.notice(.apiListening, "API: listening at \(SafeText(address.description, limit: 4096))")
            } catch {
                if !isTold { log.error(.apiFailing, "API: \(error); trying again until it can listen there") }
                isTold = true
                tried.open()
            }
            try? await Task.sleep(for: Self.pause)
        }
    }

    func stop() async {
        isStopped = true
        await server?.close()
    }
}
