import Dispatch
import Glibc
import LinuxHost
import OutsideParts
import PrompterCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct AtomicFileTests {
    private final class Flag: Sendable {
        let value = Atomic(false)
    }

    private let folder = TemporaryFolder()

    private var names: [String] {
        String(decoding: ChildProcess.run(["ls", "-A", folder.path]).output, as: UTF8.self).split(separator: "\n")
            .map(String.init)
    }

    private func mode(of path: String) -> UInt32 {
        var status = stat()
        #expect(stat(path, &status) == 0)
        return status.st_mode & 0o7777
    }

    @Test func aFileMayComeInPieces() throws {
        let path = folder.path(of: "prompterd.prom")
        try AtomicFile.write(to: path) { take in
            for piece in ["one ", "", "two"] { take(Array(piece.utf8)) }
        }
        #expect(String(decoding: try FileReading.read(path), as: UTF8.self) == "one two")
        #expect(names == ["prompterd.prom"])
    }

    @Test func readersNeverSeeHalfAFile() async throws {
        let path = folder.path(of: "prompterd.prom")
        let size = 20_000
        try AtomicFile.write(Array(repeating: 0, count: size), to: path)
        let isDone = Flag()
        // On a thread of its own, so that it reads beside the writer even where the pool has one thread.
        let (readings, reading) = AsyncStream<Bool>.makeStream(bufferingPolicy: .bufferingNewest(1))
        DispatchQueue.global().async {
            var isWhole = true
            repeat {
                let bytes = (try? FileReading.read(path)) ?? []
                isWhole = bytes.count == size && bytes.first == bytes.last
                reading.yield(isWhole)
            } while isWhole && !isDone.value.load(ordering: .acquiring)
            reading.finish()
        }
        var results = readings.makeAsyncIterator()
        #expect(await results.next() == true)
        for round in 1...1000 {
            try AtomicFile.write(Array(repeating: UInt8(truncatingIfNeeded: round), count: size), to: path)
        }
        isDone.value.store(true, ordering: .releasing)
        while let isWhole = await results.next() { #expect(isWhole) }
        #expect(names == ["prompterd.prom"])
    }

    @Test func writersOfOneFileDoNotMix() async throws {
        let path = folder.path(of: "file")
        await withTaskGroup { group in
            for value in 0..<8 {
                group.addTask {
                    for _ in 0..<50 {
                        let bytes = Array(repeating: UInt8(value), count: 10_000)
                        #expect(throws: Never.self) { try AtomicFile.write(bytes, to: path) }
                    }
                }
            }
        }
        let bytes = try FileReading.read(path)
        #expect(bytes.count == 10_000)
        #expect(Set(bytes).count == 1)
        #expect(names == ["file"])
    }

    @Test(arguments: [0o644, 0o666, 0o600, 0o640] as [UInt32])
    func theModeIsExact(mode: UInt32) throws {
        let path = folder.path(of: "file")
        try AtomicFile.write([], to: path, mode: mode)
        #expect(self.mode(of: path) == mode)
    }

    @Test func theUsualModeIsReadableByAll() throws {
        let path = folder.path(of: "file")
        try AtomicFile.write([], to: path)
        #expect(mode(of: path) == 0o644)
    }

    @Test func aLinkIsReplacedAndNotWrittenThrough() throws {
        let other = TemporaryFolder()
        let path = folder.path(of: "link")
        try AtomicFile.write([1], to: other.path(of: "theirs"))
        symlink(other.path(of: "theirs"), path)
        try AtomicFile.write([2], to: path)
        #expect(try FileReading.read(path) == [2])
        #expect(try FileReading.read(other.path(of: "theirs")) == [1])
    }

    @Test func saysWhereTheFolderIsMissing() throws {
        let path = folder.path(of: "missing/file")
        let error = #expect(throws: FileError.self) { try AtomicFile.write([], to: path) }
        #expect(
            error?.description
                == "\(path): open failed: No such file or directory; its folder does not exist, create it first")
    }

    @Test func saysWhereTheFolderIsAFile() throws {
        try AtomicFile.write([], to: folder.path(of: "file"))
        let path = folder.path(of: "file/file")
        let error = #expect(throws: FileError.self) { try AtomicFile.write([], to: path) }
        #expect(error?.problem == .system(call: "open", number: ENOTDIR))
    }

    @Test func aFolderInItsPlaceStays() throws {
        let path = folder.path(of: "folder")
        mkdir(path, 0o755)
        let error = #expect(throws: FileError.self) { try AtomicFile.write([], to: path) }
        #expect(error?.problem == .folder)
        #expect(names == ["folder"])
    }

    @Test func saysWhereTheFolderIsReadOnly() async throws {
        let path = folder.path(of: "file")
        chmod(folder.path, 0o555)
        await #expect(processExitsWith: .success) { [path = path as String] in
            if geteuid() == 0 { #expect(seteuid(65534) == 0) }
            // The leak check at the end needs its rights back.
            defer { seteuid(getuid()) }
            let error = #expect(throws: FileError.self) { try AtomicFile.write([], to: path) }
            #expect(error?.problem == .system(call: "open", number: EACCES))
            #expect(error?.description.contains("for user 65534") != false || geteuid() != 65534)
        }
        chmod(folder.path, 0o755)
    }

    @Test(.enabled(if: geteuid() == 0, "only root may mount a small disk"))
    func aFullDiskLeavesTheOldFile() async throws {
        await #expect(processExitsWith: .success) { [folder = folder.path as String] in
            MountNamespace.enter()
            ChildProcess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder])
            let path = "\(folder)/file"
            #expect(throws: Never.self) { try AtomicFile.write([1, 2, 3], to: path) }
            let error = #expect(throws: FileError.self) {
                try AtomicFile.write(Array(repeating: 7, count: 200_000), to: path)
            }
            #expect(
                error?.description == "\(path): write failed: No space left on device; free some space")
            #expect((try? FileReading.read(path)) == [1, 2, 3])
            #expect(ChildProcess.run(["ls", "-A", folder]).output == Array("file\n".utf8))
        }
    }

    @Test func removesWhatTheDeadLeft() throws {
        let path = folder.path(of: "a.prom")
        let dead = ChildProcess(["true"])
        dead.wait()
        let left = [".a.prom.\(dead.process).1.tmp", ".a.prom.\(getpid()).99999999.tmp"]
        let kept = [
            ".a.prom.1.1.tmp", ".a.prom.x.1.tmp", ".a.prom.\(dead.process).tmp", ".b.prom.\(dead.process).1.tmp",
            ".a.prom.-1.1.tmp", "a.prom", "a.prom.\(dead.process).1.tmp",
        ]
        for name in left + kept { try AtomicFile.write([], to: folder.path(of: name)) }
        AtomicFile.removeLeftovers(of: path)
        #expect(names.sorted() == kept.sorted())
        AtomicFile.removeLeftovers(of: folder.path(of: "missing/a.prom"))
    }

    @Test func aKilledWriterLeavesNothingThatIsRead() async throws {
        let path = folder.path(of: "a.prom")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            alarm(30)
            DispatchQueue.global().async {
                while true { try? AtomicFile.write(Array(repeating: 1, count: 1_000_000), to: path) }
            }
            while (try? FileReading.read(path)) == nil { sched_yield() }
            kill(getpid(), SIGKILL)
        }
        #expect(try FileReading.read(path).count == 1_000_000)
        #expect(names.allSatisfy { $0 == "a.prom" || !$0.hasSuffix(".prom") })
        AtomicFile.removeLeftovers(of: path)
        #expect(names == ["a.prom"])
    }
}
