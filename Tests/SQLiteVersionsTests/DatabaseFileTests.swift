import Foundation
import Glibc
import PrompterCore
import SQLiteVersions
import Testing

struct DatabaseFileTests {
    private let folder = try! TemporaryFolder()

    @Test func isCreatedForItsOwnerAndGroup() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        _ = try await store.record([Samples.finding(1, of: Samples.target(), at: Samples.now)], at: Samples.now)
        for name in ["prompterd.db", "prompterd.db-wal", "prompterd.db-shm"] {
            let mode = try FileManager.default.attributesOfItem(atPath: folder.file(name))[.posixPermissions] as? Int
            #expect(mode.map { $0 & ~0o640 } == 0, "\(name)")
            #expect(mode.map { $0 & 0o600 } == 0o600, "\(name)")
        }
    }

    /// Whoever holds the lock of its opening, and for whatever reason, is not waited for for ever.
    @Test func isOpenedBesideNobodyWhoDoesNotEnd() throws {
        let descriptor = open(folder.file("prompterd.db.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        // F_OFD_SETLK (fcntl_locking(2)).
        #expect(fcntl(descriptor, 37, &lock) == 0)
        let error = #expect(throws: SQLiteStoreError.self) { try SQLiteVersionStore(path: folder.file()) }
        #expect(error?.reason == .locked)
        close(descriptor)
        _ = try SQLiteVersionStore(path: folder.file())
    }

    @Test func hasAWriteAheadLog() throws {
        _ = try SQLiteVersionStore(path: folder.file())
        #expect(try Program.run("sqlite3", folder.file(), "PRAGMA journal_mode") == "wal\n")
    }

    @Test func hasStrictTables() throws {
        _ = try SQLiteVersionStore(path: folder.file())
        let loose = try Program.run(
            "sqlite3", folder.file(),
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict ORDER BY name")
        #expect(loose == "grdb_migrations\nsqlite_schema\n")
    }

    @Test func isRefusedWhereANewerProgramMadeIt() async throws {
        await (try SQLiteVersionStore(path: folder.file())).close()
        _ = try Program.run("sqlite3", folder.file(), "INSERT INTO grdb_migrations VALUES ('9-tallies')")
        let line =
            "\(folder.file()): a newer prompterd made this database (it has 9-tallies); install that version, or give "
            + "another path"
        try refused(.newer, at: folder.file(), saying: line)
    }

    @Test func isRefusedWhereItIsAnotherPrograms() throws {
        _ = try Program.run("sqlite3", folder.file(), "CREATE TABLE prompt_versions (id INTEGER)")
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file()))
        try refused(.foreign, at: folder.file(), saying: "prompt_versions")
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file())) == before)
    }

    @Test func isRefusedWhereItIsNone() throws {
        let text = Data(String(repeating: "no database\n", count: 500).utf8)
        try text.write(to: URL(fileURLWithPath: folder.file()))
        try refused(.notADatabase, at: folder.file(), saying: "not an SQLite database; move it away")
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file())) == text)
    }

    @Test func isRefusedWhereThePathLeadsNowhere() throws {
        try refused(.folder, at: folder.path, saying: "folder")
        try refused(.missing, at: folder.file("none/prompterd.db"), saying: "no such file")
        #expect(throws: SQLiteStoreError.self) { try Archive(path: folder.file("none.db")) }
        #expect(!FileManager.default.fileExists(atPath: folder.file("none.db")))
    }

    @Test func isReadWhereItsNameMeansSomethingToSQLite() async throws {
        for name in ["a?mode=memory", "50%41#.db", "file:x", "モデル.db"] {
            let store = try SQLiteVersionStore(path: folder.file(name))
            try await store.register(Samples.watchlist([Samples.watch("t", Samples.target())]), at: Samples.now)
            await store.close()
            #expect(FileManager.default.fileExists(atPath: folder.file(name)))
            #expect(try Archive(path: folder.file(name)).watches(matching: WatchFilter()).count == 1)
        }
    }

    /// The file is empty until the tables are made: what a reader finds who comes too early, or after a crash just then.
    @Test func isNotReadBeforeItsTablesAreThere() throws {
        try Data().write(to: URL(fileURLWithPath: folder.file()))
        #expect(throws: SQLiteStoreError.self) { try Archive(path: folder.file()) }
        _ = try SQLiteVersionStore(path: folder.file())
        _ = try Archive(path: folder.file())
    }

    private func refused(_ reason: SQLiteStoreError.Reason, at path: String, saying text: String) throws {
        for open in [{ _ = try SQLiteVersionStore(path: path) }, { _ = try Archive(path: path) }] {
            let error = #expect(throws: SQLiteStoreError.self) { try open() }
            #expect(error?.reason == reason)
            #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
            #expect(error?.description.contains("\n") == false)
        }
    }
}
