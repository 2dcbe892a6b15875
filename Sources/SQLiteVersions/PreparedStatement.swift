import GRDB
import GRDBSQLite
import PrompterCore

/// A statement of one connection, bound and stepped by SQLite's own functions.
///
/// GRDB compiles and caches it. Its own arguments and rows are arrays of boxed values: with them a finding cost 17.4 µs of
/// CPU instead of 11.9 µs, and registering 100,000 watches 8 s instead of 1 s.
struct PreparedStatement {
    private let statement: Statement

    init(_ sql: String, on database: Database) throws {
        statement = try database.cachedStatement(sql: sql)
    }

    // The handle is valid as long as `statement` lives, which finalizes it (GRDB 7, Statement.deinit), and this value holds
    // `statement`. It is used on the connection's queue alone, since `Database` and `Statement` are not Sendable.
    private var handle: OpaquePointer { statement.sqliteStatement }

    /// Parameters are counted from 1 (https://www.sqlite.org/c3ref/bind_blob.html).
    func bind(_ value: Int64, at index: CInt) {
        sqlite3_bind_int64(handle, index, value)
    }

    func bind(_ value: Int64?, at index: CInt) {
        if let value { bind(value, at: index) } else { sqlite3_bind_null(handle, index) }
    }

    func bind(_ time: Timestamp, at index: CInt) {
        bind(time.milliseconds, at: index)
    }

    // SQLite copies text and blobs before the call returns (SQLITE_TRANSIENT, which is -1 as a pointer: a macro of
    // sqlite3.h that is not imported), so that Swift's pointers need not outlive it. The length stands beside each, so
    // a NUL in a text ends nothing.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    func bind(_ text: String, at index: CInt) {
        sqlite3_bind_text(handle, index, text, CInt(text.utf8.count), Self.transient)
    }

    func bind(_ text: String?, at index: CInt) {
        if let text { bind(text, at: index) } else { sqlite3_bind_null(handle, index) }
    }

    func bind(_ bytes: [UInt8], at index: CInt) {
        sqlite3_bind_blob(handle, index, bytes, CInt(bytes.count), Self.transient)
    }

    func bind(_ bytes: [UInt8]?, at index: CInt) {
        if let bytes { bind(bytes, at: index) } else { sqlite3_bind_null(handle, index) }
    }

    /// Goes on to the next row.
    ///
    /// - Returns: `false` where there is none; the statement is then ready to be bound anew.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        default:
            let connection = sqlite3_db_handle(handle)
            let code = sqlite3_extended_errcode(connection)
            let message = sqlite3_errmsg(connection).map { String(cString: $0) }
            sqlite3_reset(handle)
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
    }

    /// Leaves the rows that were not asked for.
    func reset() {
        sqlite3_reset(handle)
    }

    /// Runs a statement that gives no rows.
    ///
    /// - Returns: the number of rows that it changed.
    @discardableResult
    func run() throws -> Int {
        while try step() {}
        return Int(sqlite3_changes(sqlite3_db_handle(handle)))
    }

    /// Columns are counted from 0.
    func integer(at column: CInt) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    func optionalInteger(at column: CInt) -> Int64? {
        isNull(at: column) ? nil : integer(at: column)
    }

    func isNull(at column: CInt) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    // SQLite's pointers are good until the statement is stepped or reset; what they point to is copied before that.
    func optionalText(at column: CInt) -> String? {
        guard let start = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func text(at column: CInt) -> String {
        optionalText(at: column) ?? ""
    }

    /// The bytes of a blob; empty where it has none.
    func bytes(at column: CInt) -> [UInt8] {
        let start = sqlite3_column_blob(handle, column)
        let count = start == nil ? 0 : Int(sqlite3_column_bytes(handle, column))
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
