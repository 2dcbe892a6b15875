import Glibc
import LinuxHost
import OutsideParts
import PrompterCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct FileLockTests {
    private let folder = TemporaryFolder()

    @Test func isHeldByOne() throws {
        let path = folder.path(of: "prompterd.sqlite")
        do {
            let lock = try FileLock(path)
            let error = #expect(throws: FileError.self) { try FileLock(path) }
            #expect(
                error?.description
                    == "\(path): is locked by process \(getpid()); stop it first, or use another path")
            withExtendedLifetime(lock) {}
        }
        #expect(throws: Never.self) { try FileLock(path) }
    }

    @Test func isSeenByOtherProcesses() async throws {
        let path = folder.path(of: "file")
        let lock = try FileLock(path)
        await #expect(processExitsWith: .success) { [path = path as String, holder = getpid() as pid_t] in
            let error = #expect(throws: FileError.self) { try FileLock(path) }
            #expect(error?.problem == .locked(holder: "process \(holder)"))
        }
        withExtendedLifetime(lock) {}
    }

    @Test func isGivenBackByTheKernel() async throws {
        let path = folder.path(of: "file")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let lock = try FileLock(path)
            kill(getpid(), SIGKILL)
            withExtendedLifetime(lock) {}
        }
        let text = String(decoding: try FileReading.read("\(path).lock"), as: UTF8.self)
        #expect(text.hasSuffix("\n"))
        #expect(Int(text.dropLast()) != nil)
        #expect(text != "\(getpid())\n")
        #expect(throws: Never.self) { try FileLock(path) }
    }

    @Test func isNotInheritedByWhatTheProcessStarts() throws {
        let path = folder.path(of: "file")
        let channel = ByteChannel()
        // cat ends when the pipe's other end is closed.
        let lock = try FileLock(path)
        let child = ChildProcess(["sh", "-c", "ls -l /proc/self/fd | grep -c file.lock"], output: channel.writer)
        child.wait()
        var text = [UInt8](repeating: 0, count: 8)
        let count = read(channel.reader, &text, text.count)
        #expect(String(decoding: text.prefix(max(0, count)), as: UTF8.self) == "0\n")
        close(channel.reader)
        close(channel.writer)
        withExtendedLifetime(lock) {}
    }

    @Test func hasItsModeAndItsHolder() throws {
        let path = folder.path(of: "file")
        let lock = try FileLock(path)
        var status = stat()
        #expect(stat("\(path).lock", &status) == 0)
        #expect(status.st_mode & 0o177 == 0)
        #expect(try FileReading.read("\(path).lock") == Array("\(getpid())\n".utf8))
        withExtendedLifetime(lock) {}
    }

    @Test func saysWhyItCannotBeMade() throws {
        let path = folder.path(of: "missing/file")
        #expect(throws: FileError.self) { try FileLock(path) }
        symlink("elsewhere", folder.path(of: "linked.lock"))
        let error = #expect(throws: FileError.self) { try FileLock(folder.path(of: "linked")) }
        #expect(error?.problem == .system(call: "open", number: ELOOP))
    }

    @Test func aStrangeHolderIsNotQuoted() throws {
        let path = folder.path(of: "file")
        let lock = try FileLock(path)
        try AtomicFile.write(Array("nobody\u{1B}[31m".utf8), to: folder.path(of: "other"))
        // Written in place, so that it is the file that is locked.
        ChildProcess.run(["cp", folder.path(of: "other"), "\(path).lock"])
        let error = #expect(throws: FileError.self) { try FileLock(path) }
        #expect(error?.problem == .locked(holder: nil))
        withExtendedLifetime(lock) {}
    }
}
