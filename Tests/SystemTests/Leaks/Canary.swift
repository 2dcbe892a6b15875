import ConformanceSuites

/// A secret, made up, that a program may send to whom it is for, and write nowhere.
struct Canary: Sendable {
    /// Letters and digits.
    static let plain = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    /// Some of which URLs and JSON write otherwise.
    static let awkward = plain + Array("/+=-_.~")

    let name: String
    let secret: String

    /// - Parameters:
    ///   - beginning: how such keys begin.
    ///   - count: of the random characters behind it.
    init(_ name: String, beginning: String = "", count: Int = 40, of alphabet: [Character] = plain) {
        var generator = SeededGenerator(seed: name.utf8.reduce(1) { $0 &* 31 &+ UInt64($1) })
        self.name = name
        secret =
            beginning + String((0..<count).compactMap { _ in alphabet.randomElement(using: &generator) })
    }
}
