import Foundation

/// A program that a test runs beside itself.
enum Program {
    struct Failure: Error {
        var text: String
    }

    /// Runs a program of the path to its end and gives what it wrote.
    static func run(_ arguments: String...) throws -> String {
        let (process, output) = try start(arguments, input: nil)
        let text = try output.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(text: String(decoding: text, as: UTF8.self)) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Starts a program of the path; it writes to the handle that is returned and reads `input`.
    static func start(_ arguments: [String], input: Pipe?) throws -> (Process, FileHandle) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = input ?? FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        return (process, output.fileHandleForReading)
    }
}
