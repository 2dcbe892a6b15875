import GRDB
import PrompterCore

/// Everything that is history, row by row: what ``ImportWriter`` takes.
struct ExportQuery {
    private let database: Database
    /// The numbers that targets and versions have in the export, by their rows: they count from 1, whatever the store has
    /// given them, so that equal histories give equal exports.
    private var numbers: [ExchangeTable: [Int64: Int64]] = [:]

    /// - Parameter body: is given each row in its turn.
    static func run(on database: Database, _ body: (ExchangeRow) throws -> Void) throws {
        var query = ExportQuery(database: database)
        for table in ExchangeTable.allCases { try query.run(table, body) }
    }

    private init(database: Database) {
        self.database = database
    }

    private mutating func run(_ table: ExchangeTable, _ body: (ExchangeRow) throws -> Void) throws {
        let columns = table.columns
        let statement = try PreparedStatement(Self.sql(of: table), on: database)
        while try statement.step() {
            var values: [ExchangeValue] = []
            values.reserveCapacity(columns.count)
            for (index, column) in columns.enumerated() {
                values.append(value(column, of: table, statement, CInt(index)))
            }
            try body(ExchangeRow(table, values))
        }
    }

    private mutating func value(
        _ column: ExchangeColumn, of table: ExchangeTable, _ statement: PreparedStatement, _ index: CInt
    ) -> ExchangeValue {
        switch column.kind {
        case .number:
            let number = Int64(numbers[table]?.count ?? 0) + 1
            numbers[table, default: [:]][statement.integer(at: index)] = number
            return .integer(number)
        case .reference(let other): return .integer(numbers[other]?[statement.integer(at: index)] ?? 0)
        case .identity: return .bytes(statement.bytes(at: index))
        case .text, .word, .texts, .evidence:
            return statement.optionalText(at: index).map { .text($0) } ?? .null
        case .integer, .flag, .time, .id:
            return statement.optionalInteger(at: index).map { .integer($0) } ?? .null
        }
    }

    /// The store's name of a column.
    static func name(of column: ExchangeColumn) -> String {
        if column.isFormer { return "NULL" }
        return switch column.kind {
        case .number: "id"
        case .reference(let table): "\(table.rawValue)_id"
        case .flag where column.name == "requested": "is_asked"
        default: column.name
        }
    }

    /// In the order of the rows, which is that of their making or of their place in time.
    static func sql(of table: ExchangeTable) -> String {
        let order =
            switch table {
            case .target, .version, .binding: "id"
            case .observation: "target_id, observed_at, id"
            case .tally: "target_id, day, version_id"
            case .event: "number"
            }
        return
            "SELECT \(table.columns.map(name).joined(separator: ", ")) FROM \(storeName(of: table)) ORDER BY \(order)"
    }

    static func storeName(of table: ExchangeTable) -> String {
        table == .tally ? "tallies" : "\(table.rawValue)s"
    }
}
