import LinuxHost
import PrompterCore

/// What the store had not taken at the end.
struct Unrecorded {
    /// The log's queue is bounded, so that it is waited for behind so many lines.
    private static let burst = 200

    private let observations: [(observation: Observation, target: Target)]
    private let failures: Int

    init(_ entries: [RecordEntry]) {
        observations = entries.compactMap { entry in
            guard case .observation(let observation, _) = entry.finding else { return nil }
            return (observation, entry.target)
        }
        failures = entries.count - observations.count
    }

    /// Writes the observations where `import` finds them, else into the log.
    ///
    /// - Parameters:
    ///   - database: the path of the store's file.
    ///   - time: how long the disk and the log may take together.
    ///   - write: puts a text at a path.
    /// - Returns: what became of them, in one line.
    func keep(
        beside database: String, within time: Duration, _ log: Log,
        write: @escaping @Sendable (_ text: String, _ path: String) throws(FileError) -> Void = Self.write
    ) async -> String {
        let end = Moment.now.uptime + time
        defer { HostLog.flush() }
        let lost =
            failures == 0 ? "" : "; \(CountText.format(failures, "failed attempt", "failed attempts")) not recorded"
        guard !observations.isEmpty else { return "the store accepted nothing at shutdown\(lost)" }
        let count = CountText.format(observations.count, "observation", "observations")
        let now = Moment.now.wall
        let path = "\(database).unrecorded-\(now.iso8601Milliseconds).jsonl"
        let text = UnrecordedExport.lines(of: observations, at: now).map { $0 + "\n" }.joined()
        do {
            try await FileThreads(patience: time / 2).run(on: path) { path throws(FileError) in
                try write(text, path)
            }
            return
                "\(count) could not be recorded; run `prompterd import \(SafeText(path, limit: 4096))` to add them\(lost)"
        } catch {
            for (index, (observation, target)) in observations.enumerated() {
                guard Moment.now.uptime < end else {
                    return
                        "\(count) could not be recorded, and the log takes no more than \(index) of them (\(error))\(lost)"
                }
                log.error(.unrecorded, "not recorded: \(Self.text(of: observation, target))")
                if index % Self.burst == Self.burst - 1 { HostLog.flush() }
            }
            return
                "\(count) could not be recorded; each is in the log because no file could be written (\(error))\(lost)"
        }
    }

    /// What else of `batch` the store did not take; `nil` where nothing.
    static func text(of batch: StoreBatch) -> String? {
        let parts = [
            batch.watchlist == nil ? nil : "the watchlist",
            batch.standOffs.isEmpty ? nil : CountText.format(batch.standOffs.count, "pause", "pauses"),
            batch.deliveries.isEmpty
                ? nil : CountText.format(batch.deliveries.count, "webhook delivery", "webhook deliveries"),
        ].compactMap(\.self)
        guard !parts.isEmpty else { return nil }
        return
            "not recorded: \(parts.joined(separator: ", ")); the next start registers the watchlist and may send deliveries again"
    }

    /// Whoever may read the database may read it.
    private static func write(_ text: String, to path: String) throws(FileError) {
        try AtomicFile.write(Array(text.utf8), to: path, mode: 0o640, isLasting: true)
    }

    private static func text(of observation: Observation, _ target: Target) -> String {
        let version = observation.version
        let model = SafeText(version.resolvedModel ?? "none")
        let fingerprint = SafeText(version.fingerprint ?? "none")
        return
            "\(target.provider.name) \(target.model) at \(observation.time.iso8601Milliseconds): model \(model), fingerprint \(fingerprint), id \(Hexadecimal.encode(observation.id))"
    }
}
