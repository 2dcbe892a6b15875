import Glibc
public import Logging
import PrompterCore

/// Writes each event as one line for people: time, level, message, and the fields in brackets.
///
/// A line is one write(2), and what comes from outside passes ``SafeText``, so that nothing in it moves the terminal.
public struct TextLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    public var logLevel: Logger.Level

    private let output: TextOutput

    init(level: Logger.Level, output: TextOutput) {
        logLevel = level
        self.output = output
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let fields = LogFields(of: event, logger: metadata, provider: metadataProvider)
        let time = Self.time(.now, isWhole: !output.isTerminal)
        let isColoured = output.isColoured
        let line = Self.line(
            time: time, level: event.level, message: "\(event.message)", fields: fields, isColoured: isColoured)
        output.append(line) { lost in
            Self.line(
                time: time, level: .warning, message: LogQueue.notice(ofLost: lost), fields: LogQueue.noticeFields,
                isColoured: isColoured)
        }
    }

    /// One line, with its line break. Its kind is for programs.
    static func line(
        time: String, level: Logger.Level, message: String, fields: LogFields, isColoured: Bool
    ) -> String {
        let name = level.rawValue
        let padding = String(repeating: " ", count: max(1, 9 - name.count))
        let safe = SafeText(message, limit: LogFields.messageLimit)
        var rest = ""
        if !fields.fields.isEmpty {
            let fields = fields.fields.map { key, value in
                "\(SafeText(key))=\(quoted(value.all.map(\.description).joined(separator: ",")))"
            }
            rest = "  (\(fields.joined(separator: " ")))"
        }
        guard isColoured else { return "\(time) \(name)\(padding)\(safe)\(rest)\n" }
        return "\(faint)\(time)\(plain) \(colour(of: level))\(name)\(plain)\(padding)\(safe)\(faint)\(rest)\(plain)\n"
    }

    /// A value that a reader could not tell from what follows it stands in quotes.
    private static func quoted(_ text: String) -> String {
        guard text.isEmpty || text.contains(where: { " \"()=".contains($0) }) else { return text }
        return "\"\(text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\""))\""
    }

    /// Local time. The person at a terminal knows the date: `17:03:12`; who reads a file knows neither date nor zone:
    /// `2026-03-01T17:03:12+01:00` (RFC 3339).
    static func time(_ moment: Moment, isWhole: Bool) -> String {
        var seconds = time_t(moment.wall.milliseconds / 1000)
        var local = tm()
        localtime_r(&seconds, &local)
        func joined(_ numbers: [Int32], _ separator: String) -> String {
            numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: separator)
        }
        let timeOfDay = joined([local.tm_hour, local.tm_min, local.tm_sec], ":")
        guard isWhole else { return timeOfDay }
        let date = joined([local.tm_year + 1900, local.tm_mon + 1, local.tm_mday], "-")
        let minutes = Int32(abs(local.tm_gmtoff) / 60)
        return "\(date)T\(timeOfDay)\(local.tm_gmtoff < 0 ? "-" : "+")\(joined([minutes / 60, minutes % 60], ":"))"
    }

    // Select Graphic Rendition, ECMA-48, 8.3.117.
    private static let plain = "\u{1B}[0m"
    private static let faint = "\u{1B}[2m"

    private static func colour(of level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: faint
        case .info: "\u{1B}[32m"
        case .notice: "\u{1B}[36m"
        case .warning: "\u{1B}[33m"
        case .error, .critical: "\u{1B}[31m"
        }
    }
}
