import Foundation

extension Canary {
    /// A key as providers quote it.
    struct Quoted: Sendable {
        struct Form: Sendable {
            var name: String
            var text: @Sendable (Quoted) -> String
        }

        static let forms = [
            Form(name: "whole") {
                "Incorrect API key provided: \($0.whole). See https://p.example/keys?key=\($0.inURL)"
            },
            Form(name: "part") { "The key \($0.part)...\($0.end) is not valid" },
            Form(name: "call") { "{\"authorization\":\"Bearer \($0.whole)\",\"x-api-key\":\"\($0.whole)\"}" },
        ]

        let whole: String

        init(_ key: String) {
            whole = key
        }

        var part: String { String(whole.prefix(20)) }
        var end: String { String(whole.suffix(14)) }
        var inURL: String { whole.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }
    }
}
