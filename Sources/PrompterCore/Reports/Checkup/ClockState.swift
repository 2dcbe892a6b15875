/// How this machine's clock stands to others.
public struct ClockState: Hashable, Sendable {
    /// An HTTP date is whole seconds, and nobody's slots are shorter.
    private static let tolerance: Duration = .seconds(5)

    /// Whether a time service keeps it synchronised; `nil` where the kernel does not say.
    public var isSynchronized: Bool?
    public var offsets: [ClockOffset]

    public init(isSynchronized: Bool?, offsets: [ClockOffset]) {
        self.isSynchronized = isSynchronized
        self.offsets = offsets
    }

    public var diagnosis: Diagnosis {
        // One that agrees outweighs others: their clocks may be wrong, too. This machine's own, behind loopback, agrees always.
        let elsewhere = offsets.filter(\.isElsewhere)
        let best = (elsewhere.isEmpty ? offsets : elsewhere).min { abs($0.offset) < abs($1.offset) }
        if let best, abs(best.offset) > Self.tolerance {
            let difference = DurationText.brief(abs(best.offset))
            return Diagnosis(
                .clock, .trouble,
                "it is \(difference) \(best.offset > .zero ? "ahead of" : "behind") \(best.provider)'s; set it and keep it synchronised: timedatectl set-ntp true"
            )
        }
        let witness = elsewhere.filter { abs($0.offset) <= Self.tolerance }.map(\.provider).min()
        let agreement = witness.map { "it agrees with \($0)'s" }
        switch isSynchronized {
        case true?:
            return Diagnosis(.clock, .fine, ["synchronised", agreement].compactMap(\.self).joined(separator: "; "))
        case false? where agreement == nil:
            return Diagnosis(
                .clock, .trouble,
                "no time service keeps it synchronised; start one, such as Debian's systemd-timesyncd: timedatectl set-ntp true"
            )
        case false?:
            return Diagnosis(.clock, .fine, "\(agreement ?? ""), although no time service keeps it synchronised")
        case nil:
            return agreement.map { Diagnosis(.clock, .fine, $0) }
                ?? Diagnosis(
                    .clock, .skipped, "neither the kernel nor a provider on another machine says whether it is right")
        }
    }

    private func abs(_ duration: Duration) -> Duration { duration < .zero ? .zero - duration : duration }
}

/// How far this machine's clock is ahead of a provider's.
public struct ClockOffset: Hashable, Sendable {
    public var provider: String
    /// Negative where it is behind; zero where the two may agree.
    public var offset: Duration
    /// Whether the provider's clock is another machine's.
    public var isElsewhere: Bool

    public init(provider: String, offset: Duration, isElsewhere: Bool) {
        self.provider = provider
        self.offset = offset
        self.isElsewhere = isElsewhere
    }

    /// What the header `Date` of `response` shows, which came at `now`; `nil` where it shows nothing: an answer of a cache has the date
    /// of when it was made (RFC 9111, section 5.1).
    public init?(of response: HTTPResponse, from provider: Provider, at now: Timestamp) {
        guard response.header("Age") == nil, let date = response.header("Date").flatMap(HTTPDate.init)?.time else {
            return nil
        }
        // It was written between the request and now, and up to a second after the date, which is cut to whole seconds.
        let (least, most) = (now - response.duration - date - .seconds(1), now - date)
        self.init(
            provider: provider.name, offset: least > .zero ? least : min(most, .zero),
            isElsewhere: !TransportSecurity.isPlainLoopback(url: provider.baseURL))
    }
}
