import OutsideParts
import PrompterCore
import Testing

@testable import LinuxHost

struct HeaderFileTests {
    private let folder = TemporaryFolder()

    private func file(_ text: String, mode: UInt32 = 0o600) throws -> HeaderFile {
        try AtomicFile.write(Array(text.utf8), to: folder.path(of: "headers"), mode: mode)
        return HeaderFile(folder.path(of: "headers"))
    }

    @Test func itsLinesAreHeaders() async throws {
        let content = try await file("Authorization: Bearer a:b\r\n\n X-Team:models \t\nX-Empty:").read(
            on: FileThreads())
        #expect(
            content.headers == [
                HTTPHeader("Authorization", "Bearer a:b"), HTTPHeader("X-Team", "models"), HTTPHeader("X-Empty", ""),
            ])
        #expect(content.warnings.isEmpty)
        #expect(try await file("").read(on: FileThreads()).headers.isEmpty)
    }

    @Test func oneThatOthersCanReadIsWarnedOf() async throws {
        let warnings = try await file("A: canary", mode: 0o644).read(on: FileThreads()).warnings
        #expect(warnings.count == 1 && warnings[0].contains("chmod 0600") && !warnings[0].contains("canary"))
    }

    @Test(arguments: [
        ("canary", "line 1 has no colon"), ("A: b\nB c: canary", "line 2 does not start"), (": canary", "line 1"),
        ("A: canary\u{1}", "control character"), ("Content-Length: 9", "line 1 sets Content-Length"),
        ("idempotency-key: x", "sets idempotency-key"), ("A: canary\rB: x", "control character"),
    ]) func whatIsNoneIsRefusedAndNeverQuoted(_ text: String, _ reason: String) async throws {
        let file = try file(text)
        let error = await #expect(throws: HeaderFileError.self) { try await file.read(on: FileThreads()) }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
        #expect(error?.description.contains("canary") == false)
    }

    @Test(arguments: [
        ("A: canary\n", 65, "more than 64"), (" ", 65 << 10, "larger than 65536 bytes"),
    ]) func oneThatIsTooLongIsRefused(_ line: String, _ count: Int, _ reason: String) async throws {
        let file = try file(String(repeating: line, count: count))
        let error = await #expect(throws: HeaderFileError.self) { try await file.read(on: FileThreads()) }
        #expect(error?.description.contains(reason) == true)
    }

    @Test func oneThatIsMissingIsNamed() async {
        let error = await #expect(throws: HeaderFileError.self) {
            try await HeaderFile(folder.path(of: "none")).read(on: FileThreads())
        }
        #expect(error?.description == "header file \(folder.path)/none: no such file or folder; check the path")
    }
}
