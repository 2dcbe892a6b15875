import LinuxHost
import PrompterCore

/// A look at the textfile, and at others that node_exporter reads with it.
struct TextfileLook: Sendable {
    /// Where Debian's node_exporter looks for textfiles; a link there may lead to ours.
    private static let collector = "/var/lib/prometheus/node-exporter"
    /// The largest textfile that is read, in bytes.
    private static let limit = 64 << 20

    private let settings: Settings
    private let threads: FileThreads

    init(_ settings: Settings, _ threads: FileThreads) {
        self.settings = settings
        self.threads = threads
    }

    /// - Parameter taken: when the watchlist that the daemon goes by was taken; `nil` where that is not known.
    func diagnosis(isRunning: Bool?, taken: Timestamp?) async -> Diagnosis {
        guard let path = settings.textfile else { return Diagnosis(.textfile, .skipped, "not set") }
        let expected = isRunning == true ? taken : nil
        do throws(FileError) {
            return try await threads.run(on: path) { path in
                Self.state(of: path, taken: expected).diagnosis(isRunning: isRunning)
            }
        } catch {
            return Diagnosis(.textfile, .trouble, "\(error)")
        }
    }

    /// Whether another daemon's textfile that is read with this one's has the same series.
    func others() async -> Diagnosis {
        guard let path = settings.textfile else { return Diagnosis(.series, .skipped, "no textfile is set") }
        let labels = SeriesLabels(service: settings.service, environment: settings.environmentName)
        let names = "service=\"\(settings.service)\", env=\"\(settings.environmentName)\""
        do throws(FileError) {
            let others = try await threads.run(on: path) { path in Self.files(with: labels, beside: path) }
            return others.isEmpty
                ? Diagnosis(.series, .fine, "no other textfile beside it has \(names)")
                : Diagnosis(
                    .series, .trouble,
                    "\(others.joined(separator: ", ")) also has \(names), and node_exporter can't show both; remove it if its daemon is gone, else give one of the daemons another METRICS_SERVICE or METRICS_ENV"
                )
        } catch {
            return Diagnosis(.series, .trouble, "\(error)")
        }
    }

    private static func state(of path: String, taken: Timestamp?) -> TextfileState {
        let folder = Folder.of(path)
        let written = FileStatus(of: path)?.modified
        var state = TextfileState(
            path: path, hasFolder: FileStatus(of: folder)?.isFolder == true, isWritable: Folder.isWritable(folder),
            age: written.map { Moment.now.wall - $0 }, readers: TextfileState.Readers(of: path))
        // The daemon keeps its watchlist with the time that its textfile shows. A textfile that is older than that shows an earlier
        // time.
        if let taken, let written, written > taken, let text = try? FileReading.read(path, limit: limit),
            let shown = TextfileState.watchlistTaken(in: text)
        {
            state.shown = TextfileState.ShownWatchlist(shown, kept: taken)
        }
        return state
    }

    private static func files(with labels: SeriesLabels, beside path: String) -> [String] {
        let own = FileStatus(of: path)
        var files: [String] = []
        var seen: [FileStatus] = own.map { [$0] } ?? []
        func look(in folder: String, isNeeded: ([String]) -> Bool) {
            let paths = (Folder.names(in: folder) ?? []).filter { $0.hasSuffix(".prom") }.map { "\(folder)/\($0)" }
            guard isNeeded(paths) else { return }
            for other in paths where other != path {
                guard let status = FileStatus(of: other), !seen.contains(where: status.isSameFile) else { continue }
                seen.append(status)
                if let text = try? FileReading.read(other, limit: limit), labels.areThose(of: text) {
                    files.append(other)
                }
            }
        }
        look(in: Folder.of(path)) { _ in true }
        look(in: collector) { paths in
            own.map { own in paths.contains { FileStatus(of: $0)?.isSameFile(as: own) == true } } ?? false
        }
        return files
    }
}
