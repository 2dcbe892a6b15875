/// Labels as the Prometheus text format has them (https://prometheus.io/docs/instrumenting/exposition_formats/), written out once for
/// all samples that carry them.
struct LabelText: Hashable, Sendable {
    static let none = LabelText([])

    private(set) var bytes: [UInt8] = []

    init(_ labels: [(name: String, value: String)]) {
        for label in labels { append(label.name, label.value) }
    }

    mutating func append(_ name: String, _ value: String) {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: "="))
        bytes.append(UInt8(ascii: "\""))
        let start = bytes.count
        bytes.append(contentsOf: value.utf8)
        if !bytes[start...].allSatisfy(Self.isPlain) {
            bytes.removeSubrange(start...)
            for scalar in value.unicodeScalars { bytes.append(contentsOf: Self.escaped(scalar).utf8) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Whether `byte` is a character that stands for itself.
    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Quotes, backslashes and line breaks as the format has them, so that they come back as they were; what a terminal would
    /// act on stands as ``SafeText`` writes it, since people read these files.
    static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        default:
            SafeText.isHarmless(scalar)
                ? String(scalar) : "\\\\u{\(String(scalar.value, radix: 16))}"
        }
    }
}
