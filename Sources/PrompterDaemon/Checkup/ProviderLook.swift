import CurlProbing
import LinuxHost
import PrompterCore

/// A look at the providers that are watched, and at the clock by theirs: each is asked for its bare address, without a key, which
/// proves its name, the way there, its certificate and HTTP, and costs nothing.
struct ProviderLook: Sendable {
    private static let patience: Duration = .seconds(5)

    private let settings: Settings
    private let watchlist: Watchlist?
    private let threads: FileThreads

    init(_ settings: Settings, _ watchlist: Watchlist?, _ threads: FileThreads) {
        self.settings = settings
        self.watchlist = watchlist
        self.threads = threads
    }

    func diagnoses() async -> [Diagnosis] {
        let (diagnoses, offsets) = await reached()
        return diagnoses + [ClockState(isSynchronized: TimeService.isAtWork, offsets: offsets).diagnosis]
    }

    private func reached() async -> ([Diagnosis], [ClockOffset]) {
        guard let watchlist else {
            return ([Diagnosis(.provider, .skipped, "without a watchlist it is not known which are called")], [])
        }
        guard settings.mayCall else {
            return ([Diagnosis(.provider, .skipped, "none is called (PROMPTER_PROBE_DISABLED)")], [])
        }
        let providers = watchlist.calledProviders
        guard !providers.isEmpty else { return ([Diagnosis(.provider, .skipped, "none is called")], []) }
        let client: HTTPClient
        do {
            client = try HTTPClient(userAgent: Settings.userAgent)
        } catch {
            return ([Diagnosis(.provider, .trouble, "\(error)")], [])
        }
        client.trust(await AuthorityFiles(of: watchlist, on: threads).files)
        return await withTaskGroup(of: (Diagnosis, ClockOffset?).self) { group in
            for provider in providers { group.addTask { await Self.reach(provider, by: client) } }
            let answers = await group.reduce(into: [(Diagnosis, ClockOffset?)]()) { $0.append($1) }
            let diagnoses = answers.map { $0.0 }.sorted { $0.subject ?? "" < $1.subject ?? "" }
            return (diagnoses, answers.compactMap { $0.1 })
        }
    }

    private static func reach(_ provider: Provider, by client: HTTPClient) async -> (Diagnosis, ClockOffset?) {
        let request = HTTPRequest(
            method: .get, url: provider.baseURL, authorityFile: provider.authorityFile, timeout: patience)
        func diagnosis(_ verdict: Diagnosis.Verdict, _ text: String) -> Diagnosis {
            Diagnosis(.provider, of: provider.name, verdict, "\(provider.baseURL): \(text)")
        }
        do throws(HTTPClientError) {
            let response = try await client.send(request, isDecoded: false)
            let offset = ClockOffset(of: response, from: provider, at: Moment.now.wall)
            return [502, 503, 504].contains(response.status)
                ? (diagnosis(.trouble, "answers with \(response.status); is the server behind it up?"), offset)
                // A bare address is nobody's business: most say 404.
                : (diagnosis(.fine, "answers"), offset)
        } catch {
            // It answered, and at length.
            if error.kind == .tooLarge { return (diagnosis(.fine, "answers"), nil) }
            let advice = "check its base_url, name resolution, firewall, proxy and certificate"
            return (diagnosis(.trouble, "\(error); \(advice)"), nil)
        }
    }
}
