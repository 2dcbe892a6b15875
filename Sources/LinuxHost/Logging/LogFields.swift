import Logging
import PrompterCore

/// What a log line carries beside its message, made safe, by key.
struct LogFields: Sendable {
    enum Value: Sendable {
        case one(SafeText)
        case several([SafeText])

        var all: [SafeText] {
            switch self {
            case .one(let text): [text]
            case .several(let texts): texts
            }
        }
    }

    /// Where ``Log`` puts a line's kind.
    static let kindKey = "kind"
    /// The longest message that is kept, in characters.
    static let messageLimit = 4096

    /// `nil` for a line that did not come through ``Log``.
    let kind: MessageKind?
    let fields: [(key: String, value: Value)]

    /// The event's own fields go over the provider's, those over the logger's. An event's error stands as `error`.
    init(of event: LogEvent, logger: Logger.Metadata, provider: Logger.MetadataProvider?) {
        var metadata = logger
        if let provider { metadata.merge(provider.get()) { $1 } }
        if let error = event.error { metadata["error"] = "\(error)" }
        if let own = event.metadata { metadata.merge(own) { $1 } }
        if case .stringConvertible(let value)? = metadata[Self.kindKey], let kind = value as? MessageKind {
            self.kind = kind
            metadata[Self.kindKey] = nil
        } else {
            kind = nil
        }
        fields = metadata.sorted { $0.key < $1.key }.map { key, value in
            guard case .array(let values) = value else { return (key, .one(Self.safe(value))) }
            return (key, .several(values.map(Self.safe)))
        }
    }

    init(kind: MessageKind? = nil, fields: [(key: String, value: Value)] = []) {
        self.kind = kind
        self.fields = fields
    }

    private static func safe(_ value: Logger.MetadataValue) -> SafeText { SafeText("\(value)", limit: 1024) }
}
