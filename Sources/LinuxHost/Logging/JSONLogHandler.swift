import Glibc
public import Logging
import PrompterCore

/// Writes each event as one JSON object on a line of its own, as `deploy/README.md` documents it.
public struct JSONLogHandler: LogHandler {
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
        let time = Moment.now.wall
        output.append(Self.line(time: time, level: event.level, message: "\(event.message)", fields)) { lost in
            Self.line(time: time, level: .warning, message: LogQueue.notice(ofLost: lost), LogQueue.noticeFields)
        }
    }

    /// One line, with its line break.
    static func line(time: Timestamp, level: Logger.Level, message: String, _ fields: LogFields) -> String {
        var members: [JSONValue.JSONMember] = [
            .init("time", .string(time.iso8601Milliseconds)), .init("level", .string(level.rawValue)),
            .init("message", text(SafeText(message, limit: LogFields.messageLimit))),
        ]
        if let kind = fields.kind {
            members += [.init("kind", .string(kind.description)), .init("message_id", .string(kind.id))]
        }
        members += fields.fields.map { key, value in
            let value: JSONValue =
                switch value {
                case .one(let one): text(one)
                case .several(let texts): .array(texts.map(text))
                }
            return .init(SafeText(key).description, value)
        }
        return "\(JSONValue.object(members).text)\n"
    }

    private static func text(_ text: SafeText) -> JSONValue { .string(text.description) }
}
