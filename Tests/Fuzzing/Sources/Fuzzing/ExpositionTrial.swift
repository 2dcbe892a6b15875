import PrompterCore

/// Whatever stands in labels, helps and values, a second reader finds what was written.
///
/// The input is texts with a record separator (U+001E) behind each but the last: the help, the value of a common label, the
/// values of two more labels, a number.
enum ExpositionTrial {
    static func run(_ input: [UInt8]) {
        let texts = input.split(separator: 0x1E, maxSplits: 4, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        func text(_ index: Int) -> String { index < texts.count ? texts[index] : "" }
        let number = Double(text(4)) ?? Double(bitPattern: input.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
        var histogram = Histogram(bounds: [0.1, 1])
        histogram.observe(number)
        var exposition = Exposition(labels: [("common", text(1))])
        exposition.begin(MetricFamily("a_total", .counter, text(0)))
        exposition.sample([("x", text(2)), ("y", text(3))], number)
        exposition.sample([], 1)
        exposition.begin(MetricFamily("h_seconds", .histogram, "h"))
        exposition.histogram([("x", text(2))], histogram)
        do {
            let written = exposition.bytes
            precondition(String(validating: written, as: UTF8.self) != nil)
            let reader = try ExpositionReader(String(decoding: written, as: UTF8.self))
            precondition(reader.samples.count == 7, "\(reader.samples.count) samples")
            precondition(isSame(reader.helps["a_total"], text(0)), "another help")
            precondition(reader.types == ["a_total": "counter", "h_seconds": "histogram"])
            let sample = reader.samples[0]
            precondition(sample.name == "a_total" && sample.labels.count == 3)
            for (label, value) in [("common", text(1)), ("x", text(2)), ("y", text(3))] {
                precondition(isSame(sample.labels[label], value), "another value of \(label)")
            }
            precondition(
                sample.value == number || sample.value.isNaN && number.isNaN, "\(sample.value) for \(number)")
            precondition(reader.value("h_seconds_count") == 1)
        } catch {
            fatalError("not read: \(error)")
        }
    }

    /// What a terminal acts on comes back as text; by bytes, since Swift takes different spellings as equal.
    private static func isSame(_ read: String?, _ written: String) -> Bool {
        let expected = written.unicodeScalars.map { scalar in
            scalar == "\n" || SafeText(String(scalar)).description == String(scalar)
                ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
        return read?.utf8.elementsEqual(expected.joined().utf8) == true
    }
}
