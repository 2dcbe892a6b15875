import Foundation
import Glibc
import LinuxHost

/// A provider in a process of its own, which answers after a fixed time and keeps a log of what arrives.
struct FakeProvider: ~Copyable {
    let port: UInt16
    private let folder: String
    private let process: ChildProcess

    /// Starts the provider of the references, or where there are none, the bench's own, which is slower.
    ///
    /// - Parameters:
    ///   - references: where `fakeprovider.c` may be.
    ///   - delay: in milliseconds.
    init(references: String, delay: Int, in folder: String) throws {
        let port = try FreePort.find()
        let source = "\(references)/fakeprovider.c"
        let program =
            FileManager.default.fileExists(atPath: source)
            ? [try Self.compile(source, in: folder)] : [OwnProgram.path, "provider"]
        var process = try ChildProcess(program + ["-p", "\(port)", "-d", "\(delay)"], in: folder, worksThere: true)
        try process.waitUntilListening(at: port)
        self.port = port
        self.folder = folder
        self.process = process
    }

    private static func compile(_ source: String, in folder: String) throws -> String {
        let program = "\(folder)/fakeprovider"
        if !FileManager.default.fileExists(atPath: program) {
            _ = try ChildProcess.run(["gcc", "-O2", "-w", "-pthread", "-o", program, source], in: folder)
        }
        return program
    }

    /// What has arrived so far, in the order of its arrival, by CLOCK_MONOTONIC.
    func arrivals() throws -> [ProbeStart] {
        try Loopback.get("/__dump/arrivals", at: port)
        let path = "\(folder)/logs/arrivals.bin"
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        // Sixteen bytes of a head; then of each arrival the time in nanoseconds, the target's number, and how many were in flight.
        return stride(from: 16, to: bytes.count - 15, by: 16).map { place in
            bytes.withUnsafeBytes { bytes in
                ProbeStart(
                    target: Int(bytes.loadUnaligned(fromByteOffset: place + 8, as: UInt32.self)),
                    seconds: Double(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) / 1e9)
            }
        }
    }
}
