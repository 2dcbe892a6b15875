/// Why a due target was not called. The raw value is the metric's label.
public enum SkipReason: String, Hashable, Sendable, CaseIterable {
    /// The daemon was told not to call anybody (`PROMPTER_PROBE_DISABLED`).
    case disabled
    /// The store cannot take what a probe would learn.
    case store
    /// It, or its whole provider, is left alone because of how it failed.
    case suspended
    /// It was told to come back later, or its provider gets as many requests as its entry allows.
    case rate
}
