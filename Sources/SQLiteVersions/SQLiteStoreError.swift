import GRDB
public import PrompterCore

/// Why a database can't be opened, read or written: one line that says what is wrong, where, and what to do.
public struct SQLiteStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        /// There is no such file, or no folder for it.
        case missing
        /// The path names a folder.
        case folder
        /// The file or its folder may not be used by this user.
        case forbidden
        /// The file is no SQLite database.
        case notADatabase
        /// The file is another program's database.
        case foreign
        /// A newer program made it.
        case newer
        /// An older program made it, and a reader can't bring it up to date.
        case older
        /// Another program has been writing for longer than the store waits.
        case locked
        /// The disk is full.
        case full
        /// The file is damaged.
        case corrupt
        /// The file was deleted or replaced while it was open.
        case gone
        /// Somebody began to write while it was read for long.
        case changed
        /// The store was closed.
        case closed
        /// Anything else that SQLite reports.
        case failed
    }

    public let reason: Reason
    public let path: String
    /// What SQLite or the system said, or what else belongs to the reason.
    public let detail: SafeText

    init(_ reason: Reason, path: String, detail: String = "") {
        self.reason = reason
        self.path = path
        self.detail = SafeText(detail)
    }

    /// What a store that was closed says to whoever asks it.
    public static func closed(_ path: String) -> SQLiteStoreError { SQLiteStoreError(.closed, path: path) }

    /// Translates SQLite's result codes (https://www.sqlite.org/rescode.html).
    init(_ error: any Error, path: String) {
        if let error = error as? SQLiteStoreError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(.failed, path: path, detail: "\(error)")
            return
        }
        let reason: Reason =
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED: .locked
            case .SQLITE_FULL: .full
            case .SQLITE_CORRUPT: .corrupt
            case .SQLITE_NOTADB: .notADatabase
            case .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH, .SQLITE_CANTOPEN: .forbidden
            case .SQLITE_MISUSE: .closed
            default: .failed
            }
        self.init(reason, path: path, detail: error.message ?? "result code \(error.extendedResultCode.rawValue)")
    }

    public var description: String {
        "\(SafeText(path, limit: 4096)): \(explanation)"
    }

    private var explanation: String {
        switch reason {
        case .missing: "no such file; correct the path, or create its folder"
        case .folder: "this is a folder; give the path to a database file in it"
        case .forbidden:
            "no permission to use the database (\(detail)); give this user access to the file and its folder"
        case .notADatabase: "this is not an SQLite database; move it away, or give another path"
        case .foreign: "this is another program's database (\(detail)); give another path"
        case .newer: "a newer prompterd made this database (\(detail)); install that version, or give another path"
        case .older: "an older prompterd made this database; start `prompterd run` on it once to bring it up to date"
        case .locked: "another program keeps the database locked for writing (\(detail)); stop it, or wait for it"
        case .full: "the disk is full; free some space, nothing is lost until then"
        case .corrupt: "the database is damaged (\(detail)); move it away, or restore a backup"
        case .gone: "the database was moved, deleted or replaced while it was open"
        case .changed: "the database was written to while being read; try again"
        case .closed: "the store is closed"
        case .failed: "the database failed (\(detail)); check the system log for disk errors"
        }
    }
}
