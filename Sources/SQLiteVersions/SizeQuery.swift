import GRDB

/// What a table holds.
public struct TableSize: Hashable, Sendable {
    public var name: String
    public var rows: Int
    /// The table's pages and its indexes', in bytes.
    public var bytes: Int
}

/// How large the tables are, in the order of their names. Every page is read.
enum SizeQuery {
    static func run(on database: Database) throws -> [TableSize] {
        let tables = try String.fetchAll(
            database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        let measure = try PreparedStatement(
            """
            SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name = ?1)
            """, on: database)
        return try tables.map { name in
            measure.bind(name, at: 1)
            _ = try measure.step()
            defer { measure.reset() }
            let count = try PreparedStatement("SELECT count(*) FROM \"\(name)\"", on: database)
            _ = try count.step()
            defer { count.reset() }
            return TableSize(name: name, rows: Int(count.integer(at: 0)), bytes: Int(measure.integer(at: 0)))
        }
    }
}
