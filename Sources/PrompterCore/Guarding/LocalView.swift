/// What one process can say of a claim before it asks others.
public enum LocalView: Hashable, Sendable {
    /// Nobody else can know better: the slot has its observation or is given up, waits after a failure, or is being probed
    /// by this very process.
    case certain(Admission)
    /// Others may know better. An admission would be this attempt of the slot.
    case open(attempt: Int)
}
