/// A second judgement of what a terminal may be shown, by Unicode's own properties.
enum Harmless {
    /// Whether nothing in `text` controls a terminal, breaks a line or turns the direction of writing.
    static func holds(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: false
            default: !scalar.properties.isBidiControl
            }
        }
    }
}
