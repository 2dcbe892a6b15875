import PrompterCore
import Testing

struct ExpositionTests {
    private func text(_ write: (inout Exposition) -> Void) -> String {
        var exposition = Exposition(labels: [("service", "s"), ("env", "e")])
        write(&exposition)
        return String(decoding: exposition.bytes, as: UTF8.self)
    }

    @Test func writesTheFormat() {
        let text = text { exposition in
            exposition.begin(MetricFamily("a_total", .counter, "Help with \\ and\nnewline."))
            exposition.sample([("x", "1")], 3)
            exposition.sample([], 0.25)
            var histogram = Histogram(bounds: [0.1, 1])
            for value in [0.1, 0.5, 7] { histogram.observe(value) }
            exposition.begin(MetricFamily("h_seconds", .histogram, "H."))
            exposition.histogram([("p", "q")], histogram)
        }
        #expect(
            text == """
                # HELP a_total Help with \\\\ and\\nnewline.
                # TYPE a_total counter
                a_total{service="s",env="e",x="1"} 3
                a_total{service="s",env="e"} 0.25
                # HELP h_seconds H.
                # TYPE h_seconds histogram
                h_seconds_bucket{service="s",env="e",p="q",le="0.1"} 1
                h_seconds_bucket{service="s",env="e",p="q",le="1"} 2
                h_seconds_bucket{service="s",env="e",p="q",le="+Inf"} 3
                h_seconds_sum{service="s",env="e",p="q"} 7.6
                h_seconds_count{service="s",env="e",p="q"} 3

                """)
    }

    /// Whoever takes it piece by piece has all of it, and never much at once.
    @Test func handsOverPieces() {
        var pieces: [[UInt8]] = []
        func write(_ exposition: inout Exposition) {
            exposition.begin(MetricFamily("a_total", .counter, "A."))
            for number in 0..<10_000 { exposition.sample([("x", "\(number)")], Double(number)) }
            exposition.end()
        }
        var exposition = Exposition(labels: []) { pieces.append($0) }
        write(&exposition)
        var whole = Exposition(labels: [])
        write(&whole)
        #expect(exposition.bytes.isEmpty)
        #expect(Array(pieces.joined()) == whole.bytes)
        #expect(pieces.count > 1 && pieces.allSatisfy { (1...66_000).contains($0.count) })
    }

    @Test func escapesWhatWouldBreakALineAndWhatATerminalActsOn() {
        let text = text { exposition in
            exposition.begin(MetricFamily("a", .gauge, "A."))
            exposition.sample([("x", "q\"b\\s\nn é 😀 \u{1B}[2J\u{202E}")], .infinity)
        }
        #expect(text.contains(#"x="q\"b\\s\nn é 😀 \\u{1b}[2J\\u{202e}"} +Inf"#))
    }

    @Test func aHelpStaysOnItsLine() {
        let text = text { $0.begin(MetricFamily("a", .gauge, "x\r\ny\\\u{301}z \"q\" \u{1B}[2J")) }
        #expect(text == "# HELP a x\\\\u{d}\\ny\\\\\u{301}z \"q\" \\\\u{1b}[2J\n# TYPE a gauge\n")
    }
}
