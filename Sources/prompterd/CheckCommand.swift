import ArgumentParser
import LinuxHost
import PrompterCore
import PrompterDaemon

/// `prompterd check`
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a watchlist: exit 0 if valid, else 1 with every error and its location."
    )

    @Argument(help: "The watchlist [PROMPTERD_WATCHLIST; /etc/prompterd/watchlist.json].")
    var file: String?

    @Flag(help: "Check the watchlist that the daemon with this database uses, without a look at keys and other files.")
    var inUse = false

    @OptionGroup var database: DatabaseOption

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func validate() throws {
        guard file == nil || !inUse else { throw ValidationError("give a file or --in-use, not both") }
    }

    func run() async throws {
        var option = WatchlistOption()
        option.given = inUse ? await WatchlistFile.pathInUse(with: database.path) : file
        let watchlist: Watchlist
        do throws(InvalidWatchlist) {
            watchlist = try WatchlistFile(option.path).read()
        } catch {
            try show(error)
            throw ExitStatus.failed
        }
        try show(watchlist, option.path)
        // A service's reload does not see its credentials; the daemon does, and complains.
        guard !inUse else { return }
        // The service may have what this shell lacks, so that it is no error of the list's.
        for fault in await Self.faults(of: watchlist) { Console.complain("warning: \(fault)") }
    }

    /// What its providers lack here and now.
    private static func faults(of watchlist: Watchlist) async -> [String] {
        let store = CredentialStore(environment: Environment.all)
        var faults: [String] = []
        for provider in watchlist.providers.values.sorted(by: { $0.name < $1.name }) where !provider.isStub {
            do throws(CredentialError) {
                faults += try await store.credential(of: provider).warnings
            } catch {
                faults.append("\(error)")
            }
        }
        for file in watchlist.webhookFiles {
            do throws(WebhookFileError) {
                faults += try await file.read(on: FileThreads()).warnings
            } catch {
                faults.append("\(error)")
            }
        }
        return await faults + AuthorityFiles(of: watchlist).faults
    }

    private func show(_ watchlist: Watchlist, _ path: String) throws {
        let (watches, targets) = (watchlist.watches.count, watchlist.targets.count)
        let count =
            "\(CountText.format(watches, "watch", "watches")), \(CountText.format(targets, "target", "targets"))"
        switch format {
        case .text: try Console.show("\(SafeText(path, limit: 4096)): valid; \(count)")
        case .json:
            let members: [JSONValue.JSONMember] = [
                .init("valid", .bool(true)), .init("watches", .integer(watches)), .init("targets", .integer(targets)),
                .init("errors", .array([])),
            ]
            try Console.show(JSONValue.object(members).text)
        }
    }

    private func show(_ invalid: InvalidWatchlist) throws {
        switch format {
        case .text: try Console.show("\(invalid)")
        case .json:
            let errors = invalid.errors.map { error in
                JSONValue.object([
                    .init("file", .string(error.file)),
                    .init("line", error.position.map { .integer($0.line) } ?? .null),
                    .init("column", error.position.map { .integer($0.column) } ?? .null),
                    .init("path", .string(error.path)), .init("message", .string(error.message.description)),
                ])
            }
            try Console.show(JSONValue.object([.init("valid", .bool(false)), .init("errors", .array(errors))]).text)
        }
    }
}
