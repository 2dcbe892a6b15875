import Dispatch
import Glibc
import OutsideParts
import PrompterCore
import Testing

@testable import LinuxHost

@Suite(.timeLimit(.minutes(10))) struct FileThreadsTests {
    private let folder = TemporaryFolder()
    private static let patience: Duration = .milliseconds(50)

    private func problem(_ body: () async throws(FileError) -> Void) async -> FileError.Problem? {
        do throws(FileError) {
            try await body()
            return nil
        } catch {
            return error.problem
        }
    }

    @Test func readsAndSaysWhatIsWrong() async throws {
        let (threads, file, pipe) = (FileThreads(), folder.path(of: "file"), folder.path(of: "pipe"))
        try AtomicFile.write([1, 2], to: file, mode: 0o604)
        let content = try await threads.read(file, limit: 2)
        #expect(content.bytes == [1, 2] && content.isOpenToAll)
        #expect(mkfifo(pipe, 0o600) == 0)
        for (path, expected) in [
            (file, FileError.Problem.tooLarge(limit: 1)), (pipe, .special), (folder.path, .folder),
            (folder.path(of: "none"), .missing),
        ] {
            let problem = await problem { () throws(FileError) in _ = try await threads.read(path, limit: 1) }
            #expect(problem == expected)
        }
    }

    /// What is stuck keeps nobody else waiting, takes no second thread, and is asked again once it came back.
    @Test func aHungFileIsGivenUp() async throws {
        let threads = FileThreads(patience: Self.patience)
        let (hung, back) = (DispatchSemaphore(value: 0), AsyncStream<Void>.makeStream())
        let first = await problem { () throws(FileError) in
            try await threads.run(on: "/net/key") { _ in
                hung.wait()
                back.continuation.yield()
            }
        }
        #expect(first == .slow(Self.patience))
        let begun = Locked(false)
        let second = await problem { () throws(FileError) in
            try await threads.run(on: "/net/key") { _ in begun.withLock { $0 = true } }
        }
        #expect(second == .slow(Self.patience) && !begun.withLock { $0 })
        #expect(try await threads.run(on: "/etc/key") { $0 } == "/etc/key")
        hung.signal()
        for await _ in back.stream { break }
        // It has come back, and says so in a moment.
        while await problem({ () throws(FileError) in try await threads.run(on: "/net/key") { _ in } }) != nil {
            await Task.yield()
        }
    }

    @Test func anIdentityTellsStatesApart() throws {
        let path = folder.path(of: "file")
        #expect(FileIdentity(of: path) == nil)
        try AtomicFile.write([1], to: path)
        let first = try #require(FileIdentity(of: path))
        #expect(FileIdentity(of: path) == first)
        symlink("file", folder.path(of: "link"))
        #expect(FileIdentity(of: folder.path(of: "link")) == first)
        try AtomicFile.write([1], to: path)
        let replaced = try #require(FileIdentity(of: path))
        #expect(replaced != first)
        let file = open(path, O_WRONLY | O_TRUNC)
        write(file, "22", 2)
        close(file)
        #expect(FileIdentity(of: path) != replaced)
    }
}
