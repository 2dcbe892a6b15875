import GRDB
import PrompterCore

/// The watches that point, or pointed, to a target.
struct BindingQuery {
    private let statement: PreparedStatement
    private let filter: WatchFilter
    private var known: [Int64: [Binding]] = [:]

    init(on database: Database, matching filter: WatchFilter) throws {
        self.filter = filter
        statement = try PreparedStatement(Self.sql, on: database)
    }

    /// Those of the target `row` that the filter lets pass, each binding of a watch by itself.
    mutating func bindings(of row: Int64) throws -> [Binding] {
        if let known = known[row] { return known }
        statement.bind(row, at: 1)
        var found: [Binding] = []
        while try statement.step() {
            let watch = Watch.Key(statement, firstColumn: 0)
            guard filter.matches(watch) else { continue }
            found.append(
                Binding(
                    watch: watch, interval: .milliseconds(statement.integer(at: 5)),
                    from: Timestamp(milliseconds: statement.integer(at: 6)), until: statement.time(at: 7)))
        }
        known[row] = found
        return found
    }

    static let sql = """
        SELECT
            org, workspace, template, bindings.provider, bindings.model, \(interval), valid_from, valid_until
        FROM bindings JOIN targets ON targets.id = target_id
        WHERE target_id = ?1
        ORDER BY org, workspace, template, bindings.provider, bindings.model, valid_from
        """

    /// The binding's interval, in milliseconds.
    static let interval = "coalesce(bindings.interval_ms, targets.interval_ms, 3600000)"
}

extension Watch.Key {
    /// The five texts of a row, from `firstColumn` on.
    init(_ row: PreparedStatement, firstColumn: CInt) {
        self.init(
            org: row.text(at: firstColumn), workspace: row.text(at: firstColumn + 1),
            template: row.text(at: firstColumn + 2), provider: row.text(at: firstColumn + 3),
            model: row.text(at: firstColumn + 4))
    }
}
