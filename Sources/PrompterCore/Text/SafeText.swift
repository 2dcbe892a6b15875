/// Text from outside (a model's name, an error's text), made safe to print on a terminal or to put into a journal or a
/// one-line log: bounded, on one line, and without anything that a terminal acts on.
///
/// Control characters, line and paragraph separators and the characters that turn the direction of writing (Unicode
/// Standard Annex #9) stand as `\u{…}`, line breaks and tabs as `\n`, `\r` and `\t`.
public struct SafeText: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// - Parameter limit: the most characters of `raw` that are kept; what is cut is shown by `…`.
    public init(_ raw: some StringProtocol, limit: Int = 256) {
        var safe = String.UnicodeScalarView()
        var count = 0
        for scalar in raw.unicodeScalars {
            guard count < limit else {
                safe.append("…")
                break
            }
            count += 1
            switch scalar {
            case "\n": safe.append(contentsOf: "\\n".unicodeScalars)
            case "\r": safe.append(contentsOf: "\\r".unicodeScalars)
            case "\t": safe.append(contentsOf: "\\t".unicodeScalars)
            default:
                if Self.isHarmless(scalar) {
                    safe.append(scalar)
                } else {
                    safe.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
                }
            }
        }
        description = String(safe)
    }

    /// Whether a terminal shows `scalar` and does nothing else with it.
    static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E: true
        case 0...0x9F, 0x200E, 0x200F, 0x061C, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: false
        default: true
        }
    }
}
