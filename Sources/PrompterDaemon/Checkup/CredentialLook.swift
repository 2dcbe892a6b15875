import LinuxHost
import PrompterCore
import SQLiteVersions

/// A look at the keys of the providers that are watched, at what the daemon knows of them, and at the files of webhooks.
struct CredentialLook: Sendable {
    private let store: CredentialStore
    private let database: String
    private let watchlist: Watchlist?
    private let isRunning: Bool?
    private let threads: FileThreads

    /// - Parameter isRunning: whether the daemon runs; `nil` where that is not known.
    init(_ settings: Settings, _ watchlist: Watchlist?, isRunning: Bool?, _ threads: FileThreads) {
        store = CredentialStore(environment: settings.environment, threads: threads)
        database = settings.database
        self.watchlist = watchlist
        self.isRunning = isRunning
        self.threads = threads
    }

    func diagnoses() async -> [Diagnosis] {
        guard let watchlist else {
            return [Diagnosis(.credential, .skipped, "without a watchlist it is not known which are needed")]
        }
        let providers = watchlist.calledProviders
        let files = watchlist.webhookFiles
        guard !providers.isEmpty || !files.isEmpty else {
            return [Diagnosis(.credential, .skipped, "no provider that is watched needs one")]
        }
        let causes = await refusals()
        return await withTaskGroup(of: (Int, Diagnosis).self) { group in
            for (number, provider) in providers.enumerated() {
                group.addTask { (number, await diagnosis(of: provider, refusedFor: causes[provider.name])) }
            }
            for (number, file) in files.enumerated() {
                group.addTask { (providers.count + number, await diagnosis(of: file)) }
            }
            let found = await group.reduce(into: [(Int, Diagnosis)]()) { $0.append($1) }
            return found.sorted { $0.0 < $1.0 }.map { $0.1 }
        }
    }

    /// Why the daemon pauses calls to whole providers, by their names, where that is the key's or the account's doing.
    private func refusals() async -> [String: FailureClass] {
        let standOffs: [StandOff.Kept]? = try? await threads.run(on: database) { path in
            (try? Archive(path: path).standOffs()) ?? []
        }
        var causes: [String: FailureClass] = [:]
        for standOff in standOffs ?? [] where standOff.scope.target == nil && [.auth, .quota].contains(standOff.cause) {
            causes[standOff.scope.provider] = standOff.cause
        }
        return causes
    }

    private func diagnosis(of provider: Provider, refusedFor cause: FailureClass?) async -> Diagnosis {
        let key = await diagnosis(of: provider)
        guard key.verdict == .fine, let cause else { return key }
        let advice = await cause == .quota ? "raise the limit or pay" : advice(onTheKeyOf: provider)
        return Diagnosis(
            .credential, of: provider.name, .trouble,
            "\(key.text); the provider refused the last call (\(cause.rawValue)): \(advice)")
    }

    private func advice(onTheKeyOf provider: Provider) async -> String {
        switch (await hasKeyFileChanged(of: provider), isRunning) {
        case (true, false?): "the key was changed since; start the daemon, which tries it"
        case (true, _): "the key was changed since; run systemctl reload prompterd to have it tried"
        case (false, false?): "give it a valid key, if that was not done since, and start the daemon, which tries it"
        case (false, _):
            "give it a valid key; the daemon tries a new key file at once, a credential of systemd after a reload, an environment variable after a restart"
        }
    }

    /// Whether the key was written after the provider refused it last. Of a credential of systemd only a copy is seen, which was
    /// made for whoever looks.
    private func hasKeyFileChanged(of provider: Provider) async -> Bool {
        guard case .file(let path) = provider.credentialPlace else { return false }
        let filter = WatchFilter(provider: provider.name)
        let watches: [WatchReport]? = try? await threads.run(on: database) { database in
            (try? Archive(path: database).watches(matching: filter)) ?? []
        }
        let refusal = (watches ?? []).filter { $0.failure == .auth }.compactMap(\.lastAttempt).max()
        let status = try? await threads.run(on: path) { path in FileStatus(of: path) }
        guard let refusal, let status else { return false }
        return status.modified > refusal
    }

    private func diagnosis(of provider: Provider) async -> Diagnosis {
        do throws(CredentialError) {
            let answer = try await store.credential(of: provider)
            guard let origin = answer.origin else {
                return Diagnosis(.credential, of: provider.name, .fine, "none, and none is needed")
            }
            guard answer.warnings.isEmpty else {
                return Diagnosis(
                    .credential, of: provider.name, .trouble, answer.warnings.joined(separator: "; "))
            }
            var text = "found in \(origin)"
            if let path = store.files(of: provider).first(where: { SafeText($0, limit: 4096) == origin }) {
                text += await traits(of: path)
            }
            return Diagnosis(.credential, of: provider.name, .fine, text)
        } catch {
            return Diagnosis(.credential, of: provider.name, .trouble, "\(error)")
        }
    }

    private func diagnosis(of file: WebhookFile) async -> Diagnosis {
        do throws(WebhookFileError) {
            let content = try await file.read(on: threads)
            return content.warnings.isEmpty
                ? Diagnosis(
                    .credential, of: file.path, .fine, "a usable \(file.kind.rawValue)\(await traits(of: file.path))")
                : Diagnosis(.credential, of: file.path, .trouble, content.warnings.joined(separator: "; "))
        } catch {
            return Diagnosis(.credential, of: file.path, .trouble, "\(error)")
        }
    }

    /// Its mode and its age.
    private func traits(of path: String) async -> String {
        let status = try? await threads.run(on: path) { path in FileStatus(of: path) }
        guard let status else { return "" }
        let age = DurationText.brief(Moment.now.wall - status.modified)
        return ", mode 0\(String(status.mode, radix: 8)), changed \(age) ago"
    }
}

extension Watchlist {
    /// The providers that are called for what is watched, by name.
    var calledProviders: [Provider] {
        Set(watches.map(\.key.provider)).sorted().compactMap { providers[$0] }.filter { !$0.isStub }
    }
}
