import Foundation
import GRDB
import PrompterCore
import Testing

@testable import SQLiteVersions

/// Until when a target is left alone stood with the target once, and nobody reads it there.
struct NotBeforeMigrationTests {
    private let folder = try! TemporaryFolder()
    private let target = Samples.target()

    @Test func dropsTheColumnAlone() async throws {
        let queue = try DatabaseQueue(path: folder.file())
        try Schema.migrator.migrate(queue, upTo: "8-refusals")
        try await queue.write { [target] database in
            try database.execute(
                sql: """
                    INSERT INTO targets (identity, created_at, last_attempt_at, failure_class, failures, not_before)
                    VALUES (?, 0, 5, 'quota', 3, 9)
                    """, arguments: [Data(target.id.bytes)])
        }
        try queue.close()
        let store = try SQLiteVersionStore(path: folder.file())
        let memory = try await store.memory(of: [target.id])[target.id]
        #expect(memory?.lastAttempt == Timestamp(milliseconds: 5) && memory?.trouble.failures == 3)
        let columns = try Program.run("sqlite3", folder.file(), "SELECT name FROM pragma_table_info('targets')")
        #expect(columns.contains("lookup_failure") && !columns.contains("not_before"))
        #expect(try !Exports.export(folder.file()).contains("not_before"))
    }

    /// Exports of before have it still.
    @Test func isLeftOutOfAnImport() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let identity = Hexadecimal.encode(target.id.bytes)
        let line = #"""
            {"row":"target","number":1,"identity":"\#(identity)","created_at":"2025-01-01T00:00:00Z","failures":2,"failure_class":"quota","last_attempt_at":"2025-01-02T00:00:00Z","not_before":"2025-01-03T00:00:00Z"}
            """#
        try await Exports.take("\(ExchangeRow.heading)\n\(line)\n", into: store)
        #expect(try await store.memory(of: [target.id])[target.id]?.trouble.failures == 2)
    }
}
