import ArgumentParser
import LinuxHost
import PrompterCore
import PrompterDaemon
import SQLiteVersions

/// `prompterd import`
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Import an export, or a prompt_versions table as CSV.",
        discussion: """
            FILE is the output of `prompterd export`, or the table of a Python service layer as CSV with a header; - is \
            standard input. It works whether or not the daemon is running. What is already known stays unchanged, so \
            importing twice changes nothing; no webhook is called for imported events. If any line can't be imported, \
            every such line is shown with its number and nothing is imported.
            """)

    /// The most errors that are shown.
    private static let mostErrors = 100

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @OptionGroup var database: DatabaseOption

    func run() async throws {
        let now = Moment.now.wall
        do {
            let source = try ImportSource(file)
            try Self.check(source, at: now)
            let store = try await SQLiteVersionStore.open(database.path)
            let summary = try await Self.take(consume source, into: store, at: now)
            await store.close()
            try Console.show(Self.text(summary))
        } catch let error as ImportSource.Unreadable {
            Console.complain("\(error)")
            throw ExitStatus.unusable
        } catch let error as SQLiteStoreError {
            Console.complain("\(error)")
            throw ExitStatus.unusable
        }
    }

    /// Reads all of it before the database is touched, so that nobody waits for a slow input, and every error is shown.
    private static func check(_ source: borrowing ImportSource, at now: Timestamp) throws {
        let name = SafeText(source.name, limit: 4096)
        let progress = Progress("rows read")
        var reader = ExchangeReader(at: now)
        var (rows, errors) = (0, 0)
        func take(_ entries: [Result<ExchangeReader.Entry, ExchangeReader.Complaint>]) {
            for entry in entries {
                if case .failure(let complaint) = entry {
                    errors += 1
                    progress.end()
                    if errors <= mostErrors { Console.complain("\(name):\(complaint)") }
                }
            }
            rows += entries.count
            progress.report(rows)
        }
        try source.read { take(reader.take($0)) }
        take(reader.finish())
        progress.end()
        guard errors == 0 else {
            let more = errors > mostErrors ? " (\(mostErrors) shown)" : ""
            Console.complain(
                "\(name): \(errors) \(errors == 1 ? "line" : "lines") can't be imported\(more); nothing was imported; correct \(errors == 1 ? "it" : "them") and try again"
            )
            throw ExitStatus.failed
        }
        guard rows > 0 else {
            Console.complain("\(name): it contains nothing to import")
            throw ExitStatus.failed
        }
    }

    private static func take(
        _ source: consuming ImportSource, into store: SQLiteVersionStore, at now: Timestamp
    ) async throws -> ImportSummary {
        let shared = SharedSource(source)
        let progress = Locked(Progress("rows imported"))
        defer { progress.withLock { $0.end() } }
        return try await store.takeIn(
            at: now, progress: { rows in progress.withLock { $0.report(rows) } }, { try shared.source.read($0) })
    }

    /// Lets the store's own thread read.
    private final class SharedSource: Sendable {
        let source: ImportSource

        init(_ source: consuming ImportSource) {
            self.source = source
        }
    }

    private static func text(_ summary: ImportSummary) -> String {
        let plurals: [ExchangeTable: String] = [.tally: "tallies"]
        let parts = ExchangeTable.allCases.compactMap { table -> String? in
            guard let count = summary.added[table], count > 0 else { return nil }
            return "\(count) \(count == 1 ? table.rawValue : plurals[table] ?? "\(table.rawValue)s")"
        }
        let nameless =
            summary.nameless == 0
            ? "" : "; \(CountText.format(summary.nameless, "row", "rows")) without a version skipped"
        return (parts.isEmpty ? "nothing is new" : "new: \(parts.joined(separator: ", "))") + nameless
    }
}
