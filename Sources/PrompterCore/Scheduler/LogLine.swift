/// A line for the log, which the core does not write itself.
public struct LogLine: Hashable, Sendable {
    /// As swift-log and syslog name them.
    public enum Level: String, Hashable, Sendable {
        case debug, info, notice, warning, error
    }

    /// What a line is about.
    public struct Subject: Hashable, Sendable {
        public var provider: String
        public var model: String
        /// A failure class, a kind of event, `success` or `resumed`.
        public var outcome: String
    }

    public var level: Level
    public var text: String
    /// `nil` where it is about no target.
    public var subject: Subject?

    init(_ level: Level, _ text: String, of target: Target? = nil, outcome: String = "") {
        self.level = level
        self.text = text
        subject = target.map { Subject(provider: $0.provider.name, model: $0.model, outcome: outcome) }
    }
}
