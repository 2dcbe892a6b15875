import GRDB
import PrompterCore

/// The stand-offs, as rows.
enum StandOffRows {
    /// Writes `standOffs`: each takes the place of that with its scope, and one that is over takes it away.
    static func write(_ standOffs: [StandOff.Kept], to database: Database) throws {
        let put = try PreparedStatement(
            """
            INSERT OR REPLACE INTO stand_offs (provider, target, cause, ends_at, repetitions)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """, on: database)
        let drop = try PreparedStatement(
            "DELETE FROM stand_offs WHERE provider = ?1 AND target = ?2", on: database)
        for standOff in standOffs {
            let statement = standOff.end == nil ? drop : put
            statement.bind(standOff.scope.provider, at: 1)
            statement.bind(standOff.scope.target?.bytes ?? [], at: 2)
            if let end = standOff.end {
                statement.bind(standOff.cause.rawValue, at: 3)
                statement.bind(end, at: 4)
                statement.bind(Int64(standOff.repetitions), at: 5)
            }
            try statement.run()
        }
    }

    /// All of them; what this program did not write is left out.
    static func read(from database: Database) throws -> [StandOff.Kept] {
        let rows = try PreparedStatement(
            "SELECT provider, target, cause, ends_at, repetitions FROM stand_offs", on: database)
        var found: [StandOff.Kept] = []
        while try rows.step() {
            let bytes = rows.bytes(at: 1)
            guard bytes.isEmpty || TargetID(bytes) != nil,
                let standOff = standOff(rows, of: TargetID(bytes), firstColumn: 2, provider: rows.text(at: 0))
            else { continue }
            found.append(standOff)
        }
        return found
    }

    /// - Parameter firstColumn: that of `cause`; `ends_at` and `repetitions` follow.
    /// - Returns: `nil` where the row has none.
    static func standOff(
        _ row: PreparedStatement, of target: TargetID?, firstColumn: CInt, provider: String
    ) -> StandOff.Kept? {
        guard let cause = row.optionalText(at: firstColumn).flatMap(FailureClass.init) else { return nil }
        return StandOff.Kept(
            scope: target.map { .target($0, provider: provider) } ?? .provider(provider), cause: cause,
            end: row.time(at: firstColumn + 1), repetitions: Int(clamping: row.integer(at: firstColumn + 2)))
    }
}
