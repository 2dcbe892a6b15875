/// A line for the log, which the core does not write itself.
public struct LogLine: Hashable, Sendable {
    /// As swift-log and syslog name them.
    public enum Level: String, Hashable, Sendable {
        case debug, info, notice, warning, error, critical
    }

    /// What a line is about.
    public struct Subject: Hashable, Sendable {
        /// As many templates are named; a target can have thousands of watches.
        public static let mostTemplates = 32

        public var provider: String
        /// `nil` where it is about the provider as a whole.
        public var model: String?
        /// A failure class, a kind of event, `success` or `resumed`.
        public var outcome: String?
        /// Those of the watches that it concerns, see ``templates(of:)``.
        public var templates: [String]
        /// `nil` where the line is about no target, or names its templates itself.
        var target: TargetID?

        public init(provider: String, model: String? = nil, outcome: String? = nil, templates: [String] = []) {
            self.provider = provider
            self.model = model
            self.outcome = outcome
            self.templates = templates
        }

        init(_ target: Target, outcome: String?) {
            self.init(provider: target.provider.name, model: target.model, outcome: outcome)
            self.target = target.id
        }

        /// The templates of `watches`, each once, the first ``mostTemplates`` of them.
        public static func templates(of watches: some Sequence<Watch.Key>) -> [String] {
            var templates: [String] = []
            for watch in watches where !templates.contains(watch.template) {
                guard templates.count < mostTemplates else { break }
                templates.append(watch.template)
            }
            return templates
        }
    }

    public var level: Level
    public var kind: MessageKind
    public var text: String
    /// `nil` where it is about no provider.
    public var subject: Subject?

    public init(_ level: Level, _ kind: MessageKind, _ text: String, about subject: Subject? = nil) {
        self.level = level
        self.kind = kind
        self.text = text
        self.subject = subject
    }

    init(_ level: Level, _ kind: MessageKind, _ text: String, of target: Target, outcome: String) {
        self.init(level, kind, text, about: Subject(target, outcome: outcome))
    }
}
