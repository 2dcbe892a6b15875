/// How much a signal is worth as evidence. The raw value is the metrics' label.
public enum Confidence: String, Hashable, Sendable, CaseIterable, Comparable {
    /// The provider does not send it, or no longer.
    case absent
    /// New values keep coming: that one more comes says nothing.
    case noisy
    /// It only repeats the name that was asked for, which may stand for one model today and another tomorrow.
    case echo
    /// It says something else than was asked for, but nothing that is pinned: another alias, the server's build, or what the
    /// provider tells of the model. Its change is news; that it stays is no proof.
    case alias
    /// It names what answered: a snapshot, a digest, a fingerprint that holds.
    case proven

    /// The better evidence is the greater.
    public static func < (left: Confidence, right: Confidence) -> Bool {
        rank(left) < rank(right)
    }

    private static func rank(_ confidence: Confidence) -> Int { allCases.firstIndex(of: confidence) ?? 0 }

    /// What `value` of `signal` is worth for a target that asks for `model`.
    init(of signal: Signal, value: String, model: String) {
        switch signal {
        case .model:
            // Google's names may be asked for with the folder before them, and answer without it.
            let model = model.hasPrefix("models/") ? String(model.dropFirst(7)) : model
            self = Self.isSnapshot(value) ? .proven : value == model ? .echo : .alias
        case .fingerprint: self = Self.namesModel(value) ? .proven : .alias
        case .digest: self = .proven
        case .metadata: self = .alias
        }
    }

    /// Whether a fingerprint stands for what answered: as OpenAI's do and those of the services that follow it (`fp_44709d6fcb`, or
    /// the digits alone), or vLLM's, which end with a hash of the model and its settings (`vllm-0.24.0-tp4-6d31f84d`,
    /// https://github.com/vllm-project/vllm/pull/40537). Other servers put their own build there, which stays when the model
    /// changes: text-generation-inference `3.2.1-sha-4d28897`, Ollama always `fp_ollama`.
    private static func namesModel(_ fingerprint: String) -> Bool {
        func isHash(_ text: some Collection<UInt8>) -> Bool { text.count >= 8 && text.allSatisfy(isHexadecimalDigit) }
        if fingerprint.hasPrefix("fp_") { return fingerprint != "fp_ollama" }
        if fingerprint.hasPrefix("vllm-") {
            return fingerprint.utf8.split(separator: UInt8(ascii: "-")).last.map { isHash($0) } ?? false
        }
        return isHash(fingerprint.utf8)
    }

    /// Whether `name` names one snapshot of a model and not an alias, as the providers write them: with a date (`…-2024-08-06`,
    /// `…-20250929`, `…-241215`), a month and a day (`…-1106-preview`, `…-03-25`), a month and a year (`…-2411`, `…-202411`,
    /// `…-08-2024`), a number of its own at its end (`…-001`), or as one's own fine-tuned model (`ft:…`).
    static func isSnapshot(_ name: String) -> Bool {
        if name.hasPrefix("ft:") { return true }
        // By bytes, for the metrics ask often: to find the characters of a name costs more than to judge it.
        let parts = name.utf8.split(whereSeparator: isSeparator)
        guard parts.count > 1 else { return false }
        let numbers = parts.dropFirst().map(Digits.init)
        for (index, number) in numbers.enumerated() {
            guard let number else { continue }
            let next = index + 1 < numbers.count ? numbers[index + 1] : nil
            let isLast = index == numbers.count - 1
            switch number.count {
            case 8: if Self.isDay(number.value % 10_000), (2000..<2100).contains(number.value / 10_000) { return true }
            case 6:
                if Self.isDay(number.value % 10_000), (20..<40).contains(number.value / 10_000) { return true }
                if Self.isMonth(number.value % 100), Self.isYear(number.value / 100) { return true }
            case 4:
                let isYear = Self.isYear(number.value)
                // That many tokens are a length of a context, and no 24th of October.
                if !isYear, number.value != 1024,
                    Self.isDay(number.value)
                        || (20..<40).contains(number.value / 100) && Self.isMonth(number.value % 100)
                {
                    return true
                }
                if isYear, let next, next.count == 2, Self.isMonth(next.value) { return true }
            case 3: if isLast, number.value < 100 { return true }
            case 2:
                guard let next else { continue }
                if next.count == 4, Self.isMonth(number.value), Self.isYear(next.value) { return true }
                let isEnd = index + 2 == numbers.count || numbers[index + 2] == nil
                if next.count == 2, isEnd, Self.isDay(number.value * 100 + next.value) { return true }
            default: continue
            }
        }
        return false
    }

    /// In upper case, too.
    private static func isHexadecimalDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "/"): true
        default: false
        }
    }

    private struct Digits {
        var value: Int
        var count: Int

        init?(_ text: Substring.UTF8View) {
            (value, count) = (0, text.count)
            guard (2...8).contains(count) else { return nil }
            for byte in text {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = 10 * value + Int(byte - UInt8(ascii: "0"))
            }
        }
    }

    private static func isYear(_ number: Int) -> Bool { (2020..<2100).contains(number) }

    private static func isMonth(_ number: Int) -> Bool { (1...12).contains(number) }

    /// Whether `number` is a month and a day, as 806 is the sixth of August.
    private static func isDay(_ number: Int) -> Bool { isMonth(number / 100) && (1...31).contains(number % 100) }
}
