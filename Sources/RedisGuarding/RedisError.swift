import PrompterCore

/// Something wrong with Redis.
struct RedisError: Error {
    /// The raw value is the metric's label and never changes.
    enum Kind: String, CaseIterable {
        case connect
        case timeout
        case `protocol`
        case refused
        case value
    }

    var kind: Kind
    var text: SafeText

    init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = SafeText(text)
    }
}
