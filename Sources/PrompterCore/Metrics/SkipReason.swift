/// Why a due target was not called. The raw value is the metric's label.
public enum SkipReason: String, Hashable, Sendable, CaseIterable {
    /// The daemon was told not to call anybody (`PROMPTER_PROBE_DISABLED`).
    case disabled
    /// The store cannot take what a probe would learn.
    case store
    /// Its provider or it alone is suspended: the credential was refused, the quota is used up, there is no such model.
    case suspended
    /// Its provider failed time and again.
    case breaker
    /// Its provider asked to be left alone for a while, or gets as many requests as its entry allows.
    case rate
}
