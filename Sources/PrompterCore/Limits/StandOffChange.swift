/// What a call's end changed in who is called.
public enum StandOffChange: Hashable, Sendable {
    /// A stand-off began; one of the same scope that stood before is over.
    case began(StandOff)
    /// One goes on: it has another end.
    case prolonged(StandOff)
    case ended(StandOff)

    /// The stand-off that it is about.
    var standOff: StandOff {
        switch self {
        case .began(let standOff), .prolonged(let standOff), .ended(let standOff): standOff
        }
    }

    /// How it is to be kept.
    func kept(at now: Moment) -> StandOff.Kept {
        let kept = standOff.kept(at: now)
        return if case .ended = self { kept.ended } else { kept }
    }
}
