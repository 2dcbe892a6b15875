import Logging
import PrompterCore

/// What a log line carries beside its message, made safe, by key.
struct LogFields {
    let fields: [(key: String, value: SafeText)]

    /// The event's own fields go over the provider's, those over the logger's. An event's error stands as `error`.
    init(of event: LogEvent, logger: Logger.Metadata, provider: Logger.MetadataProvider?) {
        var metadata = logger
        if let provider { metadata.merge(provider.get()) { $1 } }
        if let error = event.error { metadata["error"] = "\(error)" }
        if let own = event.metadata { metadata.merge(own) { $1 } }
        fields = metadata.sorted { $0.key < $1.key }.map { ($0.key, SafeText("\($0.value)", limit: 1024)) }
    }

    /// The longest message that is kept, in characters.
    static let messageLimit = 4096
}
