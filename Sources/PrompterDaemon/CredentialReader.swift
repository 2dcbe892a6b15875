import LinuxHost
import PrompterCore

/// The providers' keys as they are now. A key file is read again when it has changed, and before a provider that refused its key is
/// asked whether it takes it now.
///
/// A key that was read stays in use while its file is missing or broken: whoever rotates keys may be in the middle of it.
actor CredentialReader {
    private struct Entry {
        var provider: Provider
        var isRead = false
        /// The files that the key may stand in, as they were before they were read.
        var files = WatchedFiles()
        var credential: Credential?
        /// Why there is no key though there should be one.
        var fault: SafeText?
        /// What the operator has been told of last; `nil` where all is well.
        var trouble: String?
        /// How many pulses in a row have met an empty file, which may be about to be written.
        var emptyPulses: Int?
    }

    private struct Reading: Sendable {
        var provider: Provider
        var files: WatchedFiles
        var result: Result<CredentialAnswer, CredentialError>
    }

    /// As many files are read at a time, each on a thread of its own.
    private static let width = 16

    private let store: CredentialStore
    private let threads: FileThreads
    private let log: Log
    private let renewed: @Sendable (Set<String>) async -> Void
    private var entries: [String: Entry] = [:]
    /// Providers whose key was read again and of which nobody has been told.
    private var untold: Set<String> = []

    /// - Parameters:
    ///   - environment: the process's environment variables.
    ///   - renewed: told of providers, by name, whose key is another than before.
    init(
        environment: [String: String], threads: FileThreads, log: Log,
        renewed: @escaping @Sendable (Set<String>) async -> Void
    ) {
        store = CredentialStore(environment: environment, threads: threads)
        self.threads = threads
        self.log = log
        self.renewed = renewed
    }

    /// The files that keys are looked for in.
    var paths: Set<String> { Set(entries.values.flatMap { store.files(of: $0.provider) }) }

    /// Reads the keys of the providers of a list that is put in force. What was read for an entry that reads otherwise now is forgotten.
    func replace(with providers: some Sequence<Provider>) async {
        let old = entries
        entries = [:]
        for provider in providers where !provider.isStub {
            let known = old[provider.name].flatMap { Self.isSameAccount($0.provider, provider) ? $0 : nil }
            entries[provider.name] = known ?? Entry(provider: provider)
            entries[provider.name]?.provider = provider
        }
        await read(entries.keys.sorted())
        untold = []
    }

    /// Reads keys again whose files have changed.
    ///
    /// - Parameter isPulse: whether it is the minute's look, and not one for a change that was noticed.
    func look(isPulse: Bool) async {
        let changed = await Self.each(of: entries.values.map(\.self)) { [threads] entry -> String? in
            if entry.emptyPulses != nil { return entry.provider.name }
            return await entry.files.haveChanged(on: threads) ? entry.provider.name : nil
        }
        await read(changed.compactMap(\.self).sorted(), isPulse: isPulse)
        guard !untold.isEmpty else { return }
        let told = untold
        untold = []
        await renewed(told)
    }

    /// The key to call `provider` with; `nil` for none, which some servers need not.
    ///
    /// - Parameter isRefused: whether the provider refused the last one.
    /// - Throws: why there is none though there should be one.
    func credential(of provider: Provider, isRefused: Bool) async throws(ProbeFailure) -> Credential? {
        if isRefused || entries[provider.name]?.fault != nil { await read([provider.name]) }
        // A probe of an earlier list must not carry a later one's key elsewhere.
        guard let entry = entries[provider.name], Self.isSameAccount(entry.provider, provider) else {
            throw .notMade("the watchlist has changed in the meantime")
        }
        if let fault = entry.fault { throw ProbeFailure(.auth, "\(fault)") }
        return entry.credential
    }

    private func read(_ names: [String], isPulse: Bool = false) async {
        let providers = names.compactMap { entries[$0]?.provider }
        let readings = await Self.each(of: providers) { [store, threads] provider in
            let files = await Self.see(store.files(of: provider), on: threads)
            do throws(CredentialError) {
                return Reading(
                    provider: provider, files: files, result: .success(try await store.credential(of: provider)))
            } catch {
                return Reading(provider: provider, files: files, result: .failure(error))
            }
        }
        for reading in readings {
            let name = reading.provider.name
            // Another list may have been put in force meanwhile.
            guard entries[name]?.provider == reading.provider else { continue }
            entries[name]?.files = reading.files
            take(reading.result, of: name, isPulse: isPulse)
        }
    }

    private func take(_ result: Result<CredentialAnswer, CredentialError>, of name: String, isPulse: Bool) {
        guard var entry = entries[name] else { return }
        defer {
            entry.isRead = true
            entries[name] = entry
        }
        switch result {
        case .success(let answer) where answer.credential == nil && entry.credential != nil:
            tell(
                &entry, .warning, .credentialKept, "credential: its file is gone; the previously read key stays in use")
        case .success(let answer):
            let isRenewed = entry.isRead && (entry.fault != nil || entry.credential != answer.credential)
            let isMended = entry.trouble != nil && answer.warnings.isEmpty
            entry.credential = answer.credential
            entry.fault = nil
            entry.emptyPulses = nil
            tell(
                &entry, .warning, .credentialDoubtful,
                answer.warnings.isEmpty ? nil : answer.warnings.joined(separator: "; "))
            if isRenewed { untold.insert(name) }
            if isRenewed || isMended, let origin = answer.origin {
                let what = isRenewed ? "was read again" : "can be used again"
                log.log(
                    .notice, .credentialRead, "\(SafeText(name)): the key in \(origin) \(what)", provider: name)
            }
        case .failure(let error):
            guard entry.credential != nil else {
                entry.fault = SafeText("\(error)", limit: 5000)
                return tell(&entry, .error, .credentialMissing, "\(error)")
            }
            if case .empty = error {
                entry.emptyPulses = entry.emptyPulses ?? 0
                if isPulse { entry.emptyPulses? += 1 }
                if entry.emptyPulses! < 2 { return }
            } else {
                entry.emptyPulses = nil
            }
            tell(&entry, .warning, .credentialKept, "\(error); the previously read key stays in use")
        }
    }

    /// Says what is wrong, once.
    private func tell(
        _ entry: inout Entry, _ level: LogLine.Level, _ condition: MessageKind.Condition, _ trouble: String?
    ) {
        defer { entry.trouble = trouble }
        guard let trouble, trouble != entry.trouble else { return }
        let name = entry.provider.name
        log.log(level, condition, "\(SafeText(name)): \(SafeText(trouble, limit: 5000))", provider: name)
    }

    private static func each<Item: Sendable, Value: Sendable>(
        of items: [Item], _ body: @escaping @Sendable (Item) async -> Value
    ) async -> [Value] {
        var values: [Value] = []
        for begin in stride(from: 0, to: items.count, by: width) {
            values += await withTaskGroup(of: Value.self) { group in
                for item in items[begin..<min(begin + width, items.count)] { group.addTask { await body(item) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        return values
    }

    private static func see(_ paths: [String], on threads: FileThreads) async -> WatchedFiles {
        var files = WatchedFiles()
        for path in paths {
            // What can't be looked at in time counts as changed once it can.
            files.note(path, try? await threads.run(on: path) { FileIdentity(of: $0) })
        }
        return files
    }

    /// Whether what was read for `old` may be sent for `new`.
    private static func isSameAccount(_ old: Provider, _ new: Provider) -> Bool {
        old.credentialPlace == new.credentialPlace && old.baseURL == new.baseURL && old.dialect == new.dialect
    }
}
