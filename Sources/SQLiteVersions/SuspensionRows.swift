import GRDB
import PrompterCore

/// The suspensions that stand, as rows.
enum SuspensionRows {
    /// Writes `suspensions`: each takes the place of that with its scope and cause, and one that has ended takes it away.
    static func write(_ suspensions: [StandingSuspension], to database: Database) throws {
        let put = try PreparedStatement(
            """
            INSERT OR REPLACE INTO suspensions (provider, target, cause, not_before, repetitions)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """, on: database)
        let drop = try PreparedStatement(
            "DELETE FROM suspensions WHERE provider = ?1 AND target = ?2 AND cause = ?3", on: database)
        for suspension in suspensions {
            let statement = suspension.notBefore == nil ? drop : put
            switch suspension.scope {
            case .provider(let name):
                statement.bind(name, at: 1)
                statement.bind([UInt8](), at: 2)
            case .target(let target, let name):
                statement.bind(name, at: 1)
                statement.bind(target.bytes, at: 2)
            }
            statement.bind(suspension.cause.rawValue, at: 3)
            if let notBefore = suspension.notBefore {
                statement.bind(notBefore, at: 4)
                statement.bind(Int64(suspension.repetitions), at: 5)
            }
            try statement.run()
        }
    }

    /// All of them; what this program did not write is left out.
    static func read(from database: Database) throws -> [StandingSuspension] {
        let rows = try PreparedStatement(
            "SELECT provider, target, cause, not_before, repetitions FROM suspensions", on: database)
        var found: [StandingSuspension] = []
        while try rows.step() {
            guard let cause = FailureClass(rawValue: rows.text(at: 2)) else { continue }
            let name = rows.text(at: 0)
            let bytes = rows.bytes(at: 1)
            let target = TargetID(bytes)
            guard target != nil || bytes.isEmpty else { continue }
            found.append(
                StandingSuspension(
                    scope: target.map { .target($0, provider: name) } ?? .provider(name), cause: cause,
                    notBefore: rows.time(at: 3), repetitions: Int(clamping: rows.integer(at: 4))))
        }
        return found
    }
}
