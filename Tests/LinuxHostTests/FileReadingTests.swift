import Glibc
import LinuxHost
import OutsideParts
import PrompterCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct FileReadingTests {
    private let folder = TemporaryFolder()

    private func problem(_ path: String, limit: Int = 100) -> FileError.Problem? {
        do {
            _ = try FileReading.read(path, limit: limit)
            return nil
        } catch {
            #expect(!"\(error)".contains("\n"))
            #expect(error.path == SafeText(path, limit: 4096))
            return error.problem
        }
    }

    @Test(arguments: [0, 1, 4095, 4096, 4097, 200_000])
    func readsWholeFiles(size: Int) throws {
        let path = folder.path(of: "file")
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        try AtomicFile.write(bytes, to: path)
        #expect(try FileReading.read(path, limit: size) == bytes)
        if size > 0 { #expect(problem(path, limit: size - 1) == .tooLarge(limit: size - 1)) }
    }

    @Test func readsAFileThatDoesNotKnowItsSize() throws {
        let text = String(decoding: try FileReading.read("/proc/self/maps"), as: UTF8.self)
        // The stack stands near the end of what is more than one read(2) long.
        #expect(text.contains("[stack]"))
        #expect(text.hasSuffix("\n"))
        #expect(problem("/proc/self/maps", limit: 10) == .tooLarge(limit: 10))
    }

    @Test func saysWhatIsWrong() {
        #expect(problem(folder.path(of: "missing")) == .missing)
        #expect(problem(folder.path) == .folder)
        #expect(problem("/dev/zero") == .special)
        #expect(problem(folder.path(of: "a\0b")) == .impossibleName)
        #expect(problem("") == .missing)
    }

    @Test func neverWaitsOnANamedPipe() async {
        let path = folder.path(of: "pipe")
        #expect(mkfifo(path, 0o600) == 0)
        await #expect(processExitsWith: .success) { [path = path as String] in
            // Who waited would wait for ever.
            alarm(30)
            let error = #expect(throws: FileError.self) { try FileReading.read(path) }
            #expect(error?.problem == .special)
        }
    }

    @Test func followsLinks() throws {
        let path = folder.path(of: "link")
        try AtomicFile.write([1, 2], to: folder.path(of: "file"))
        symlink("file", path)
        #expect(try FileReading.read(path) == [1, 2])
    }

    @Test func saysWhenItMayNot() async throws {
        let path = folder.path(of: "file")
        try AtomicFile.write([1], to: path, mode: 0)
        chmod(folder.path, 0o755)
        await #expect(processExitsWith: .success) { [path = path as String] in
            if geteuid() == 0 { #expect(seteuid(65534) == 0) }
            // The leak check at the end needs its rights back.
            defer { seteuid(getuid()) }
            do {
                _ = try FileReading.read(path)
                Issue.record("it was read")
            } catch {
                #expect("\(error)".hasPrefix("\(path): open failed: Permission denied; check the owner and mode"))
            }
        }
    }
}
