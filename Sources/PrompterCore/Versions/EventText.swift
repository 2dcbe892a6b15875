extension Event {
    /// The event in one line that a person understands; of `model`, as it was asked for. Names stand in it as the provider
    /// wrote them: pass it through ``SafeText`` before it is shown.
    public func text(model: String) -> String {
        let name = signal == .model ? value : "\(signal?.rawValue ?? "version") \(value)"
        return switch kind {
        case .first: "\(model): first seen as \(previous.first.map { "\($0) (\(value))" } ?? value)"
        case .appeared where signal == .model: "\(model) now also answers as \(value)"
        case .appeared: "\(model): a new \(name)"
        case .replaced where signal == .model:
            "\(model) now answers as \(value)\(was)\(isConfirmed == false ? ", not confirmed" : "")"
        case .replaced: "\(model): now \(name)\(was)\(isConfirmed == false ? ", not confirmed" : "")"
        case .returned where signal == .model:
            "\(model) answers as \(value) again\(was)\(isConfirmed == false ? ", not confirmed" : "")"
        case .returned: "\(model): \(name) is back\(was)\(isConfirmed == false ? ", not confirmed" : "")"
        case .retired where signal == .model: "\(model) no longer answers as \(value)"
        case .retired: "\(model): \(name) is gone"
        case .missing: "\(model): answers no longer carry a \(signal?.rawValue ?? "version")"
        case .present: "\(model): answers carry a \(signal?.rawValue ?? "version") now, \(value)"
        case .notFound: "\(model): the provider does not have this model\(value.dropFirst("not_found".count))"
        case .found: "\(model): the provider has the model again, as \(value)"
        case .refused where failureClass == .address:
            "\(model): something other than the provider has answered at its address for five slots: \(value)"
        case .refused where [.malformed, .noVersion].contains(failureClass):
            "\(model): its answers are no longer usable: \(value)"
        case .refused: "\(model): the provider now refuses it: \(value)"
        case .accepted: "\(model): the provider answers it again"
        case .retirementAnnounced: "\(model): the provider will shut it down on \(value.prefix(10))"
        case .unexpected:
            "\(model) answers \(signal == nil || signal == .model ? "as \(value)" : "with \(name)"), which \(watch?.template ?? "its watch") does not expect (\(shownPrevious))"
        case .corrected: "\(model): retracted because of a late observation: \(value)"
        }
    }

    /// What a refusal is of; its value begins with it.
    private var failureClass: FailureClass? { FailureClass(rawValue: String(value.prefix { $0 != ":" })) }

    private var was: String {
        guard !previous.isEmpty else { return "" }
        let since = previousSince.map { " since \($0.iso8601.prefix(10))" } ?? ""
        return " (was \(shownPrevious)\(since))"
    }

    private var shownPrevious: String {
        let more = previous.count > 3 ? " and \(previous.count - 3) more" : ""
        return "\(previous.prefix(3).joined(separator: ", "))\(more)"
    }
}
