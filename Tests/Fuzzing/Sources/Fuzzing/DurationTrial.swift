import PrompterCore

/// What is written reads the same, what is read stays within its bound.
enum DurationTrial {
    private static let longest: Duration = .seconds(1000 * 366 * 86_400)

    static func run(_ input: [UInt8]) {
        if let duration = DurationText.parse(String(decoding: input, as: UTF8.self)) {
            precondition(duration >= .zero && duration <= longest, "\(duration) is over a thousand years")
            check(duration)
        }
        let word = input.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        check(.milliseconds(Int64(word % UInt64(longest.milliseconds + 1))))
    }

    private static func check(_ duration: Duration) {
        let text = DurationText.format(duration)
        precondition(DurationText.parse(text) == duration, "\(text) is not \(duration)")
        let brief = DurationText.brief(duration)
        guard let rounded = DurationText.parse(brief) else { fatalError("\(brief) is no duration") }
        precondition(rounded <= duration && brief.utf8.count <= text.utf8.count, "\(brief) for \(text)")
    }
}
