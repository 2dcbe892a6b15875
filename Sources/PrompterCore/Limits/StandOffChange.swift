/// What a call's end changed in who is called.
public enum StandOffChange: Hashable, Sendable {
    /// A stand-off began; one of the same scope that stood before is over.
    case began(StandOff)
    /// One goes on: it has another end.
    case prolonged(StandOff)
    case ended(StandOff)

    /// How it is to be kept.
    func kept(at now: Moment) -> StandOff.Kept {
        switch self {
        case .began(let standOff), .prolonged(let standOff): return standOff.kept(at: now)
        case .ended(let standOff): return standOff.kept(at: now).ended
        }
    }
}
