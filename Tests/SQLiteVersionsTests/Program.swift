import OutsideParts

/// A program that a test runs beside itself.
enum Program {
    struct Failure: Error {
        var text: String
    }

    /// Runs a program of the path to its end and gives what it wrote.
    static func run(_ arguments: String...) throws -> String {
        let (status, output) = ChildProcess.run(arguments)
        let text = String(decoding: output, as: UTF8.self)
        guard status == 0 else { throw Failure(text: text) }
        return text
    }
}
