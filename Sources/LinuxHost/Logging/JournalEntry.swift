import CSystemd
import Glibc
import Logging
import PrompterCore

/// One entry of the journal: what journald stores, and how it is called there (systemd.journal-fields(7)).
struct JournalEntry: Sendable {
    /// Each `NAME=value`. libsystemd frames them, so that a value may hold anything.
    let fields: [[UInt8]]

    init(level: Logger.Level, message: String, _ fields: LogFields = LogFields()) {
        var texts = [
            "MESSAGE=\(SafeText(message, limit: LogFields.messageLimit))",
            "PRIORITY=\(Self.priority(of: level))",
            "SYSLOG_IDENTIFIER=prompterd",
        ]
        if let kind = fields.kind { texts += ["MESSAGE_ID=\(kind.id)", "PROMPTER_KIND=\(kind)"] }
        for (key, value) in fields.fields { texts += value.all.map { "\(Self.name(of: key))=\($0)" } }
        self.fields = texts.map { Array($0.utf8) }
    }

    /// Hands the entry to journald; waits while its queue is full. An entry that cannot be sent is lost.
    func send() {
        var bytes = fields.flatMap { $0 }
        // The pointers stay inside `bytes`, each with its field's length, for the whole of the closure;
        // sd_journal_sendv(3) only reads what they point to, and keeps none of it.
        bytes.withUnsafeMutableBytes { buffer in
            var offset = 0
            let pieces = fields.map { field in
                defer { offset += field.count }
                return iovec(iov_base: buffer.baseAddress.map { $0 + offset }, iov_len: field.count)
            }
            _ = sd_journal_sendv(pieces, Int32(pieces.count))
        }
    }

    /// A field's name is at most 64 bytes of A-Z, 0-9 and _; the prefix keeps it from starting with a digit or with
    /// the _ of journald's own (systemd.journal-fields(7), and the journal export format).
    static func name(of key: String) -> String {
        let body = key.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: UInt8(ascii: "_")
            }
        }
        return String(decoding: (Array("PROMPTER_".utf8) + body).prefix(64), as: UTF8.self)
    }

    /// syslog(3)'s levels.
    static func priority(of level: Logger.Level) -> Int32 {
        switch level {
        case .trace, .debug: LOG_DEBUG
        case .info: LOG_INFO
        case .notice: LOG_NOTICE
        case .warning: LOG_WARNING
        case .error: LOG_ERR
        case .critical: LOG_CRIT
        }
    }
}
