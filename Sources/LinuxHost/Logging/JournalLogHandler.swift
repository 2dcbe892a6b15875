public import Logging

/// Writes each event as an entry of the systemd journal, with a field for each value of its metadata.
public struct JournalLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    public var logLevel: Logger.Level

    private let queue: LogQueue

    init(level: Logger.Level, queue: LogQueue) {
        logLevel = level
        self.queue = queue
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let fields = LogFields(of: event, logger: metadata, provider: metadataProvider)
        let entry = JournalEntry(level: event.level, message: "\(event.message)", fields)
        queue.append { lost in
            if lost > 0 {
                JournalEntry(level: .warning, message: LogQueue.notice(ofLost: lost), LogQueue.noticeFields).send()
            }
            entry.send()
        }
    }
}
