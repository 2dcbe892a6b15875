import ArgumentParser
import Glibc
import PrompterCore
import PrompterDaemon
import SQLiteVersions

/// `prompterd export`
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the whole history to standard output, as JSON Lines.",
        discussion: """
            It reads the database, whether or not the daemon is running. config/README.md documents the lines; \
            `prompterd import` reads them.
            """)

    /// What is written at once, in bytes.
    private static let chunk = 1 << 16

    /// Standard output can't be written to.
    private struct Unwritable: Error {
        var code: CInt
    }

    @OptionGroup var database: DatabaseOption

    func run() throws {
        let progress = Progress("rows")
        var (text, count) = (ExchangeRow.heading + "\n", 0)
        func flush() throws {
            guard Console.write(text, to: STDOUT_FILENO) else { throw Unwritable(code: errno) }
            text.removeAll(keepingCapacity: true)
        }
        do {
            try Archive(path: database.path).export { row in
                text += row.line
                text += "\n"
                count += 1
                if text.utf8.count >= Self.chunk { try flush() }
                progress.report(count)
            }
            try flush()
            progress.end()
        } catch let error as Unwritable {
            progress.end()
            Console.complain(
                "standard output: \(String(cString: strerror(error.code))); free some space and export again")
            throw ExitStatus.failed
        } catch let error as SQLiteStoreError {
            progress.end()
            Console.complain("\(error)")
            throw error.reason == .changed ? ExitStatus.failed : ExitStatus.unusable
        }
    }
}
