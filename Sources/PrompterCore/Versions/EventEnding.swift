/// Which events end what an earlier one began. Whoever was told of the beginning is told of the end.
extension Event {
    /// The kind of the event whose state this one ends; `nil` where it ends none.
    ///
    /// Only what always has such an event before it ends one. A ``Kind/returned`` does not end a ``Kind/replaced``: it is an
    /// alarm of its own, and may come months after everybody took the replacement for settled.
    public var endedKind: Kind? {
        switch kind {
        case .found: .notFound
        case .accepted: .refused
        // A signal that comes for the first time has no earlier answer among its evidence, and was never missing.
        case .present where evidence.count > 1: .missing
        default: nil
        }
    }

    /// How much it matters to who may have been told of what it ends or corrects.
    ///
    /// - Parameter corrected: the event that it corrects, for a ``Kind/corrected``.
    public func severityToTell(correcting corrected: Event? = nil) -> Severity {
        let earlier = endedKind.map { $0.severity(of: signal) } ?? corrected?.severityToTell()
        return max(severity, earlier ?? severity)
    }
}
