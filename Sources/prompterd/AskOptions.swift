import ArgumentParser
import PrompterCore
import SQLiteVersions

/// What the commands that ask the database have in common.
struct AskOptions: ParsableArguments {
    @OptionGroup(title: "Which watches") var filter: FilterOptions
    @Option(help: "Only watches of this template.")
    var template: String?
    @OptionGroup var database: DatabaseOption
    @Option(help: "text or json.")
    var format = OutputFormat.text

    var watches: WatchFilter { filter.filter(template: template) }

    /// What is said where there are none of the things asked for.
    func none(_ things: String) -> String {
        watches == WatchFilter()
            ? "no \(things): the watchlist is empty, or no daemon has run with this database"
            : "no \(things) match; without --org, --workspace, --template, --provider and --model all are shown"
    }

    /// Asks the database, and says what keeps it from answering.
    func ask<Answer>(_ question: (Archive) throws(SQLiteStoreError) -> Answer) throws -> Answer {
        do throws(SQLiteStoreError) {
            return try question(try Archive(path: database.path))
        } catch {
            Console.complain(error.reason == .missing ? Self.noDatabase(error.path) : "\(error)")
            throw ExitStatus.unusable
        }
    }

    private static func noDatabase(_ path: String) -> String {
        "\(SafeText(path, limit: 4096)): there is no database; start `prompterd run` to create it, or correct the path (--database)"
    }
}
