import Glibc
import OutsideParts
import Testing

@testable import LinuxHost

/// Each way in which a file changes, awaited.
@Suite(.timeLimit(.minutes(10))) struct FolderWatchTests {
    private let folder = TemporaryFolder()

    private func path(_ name: String) -> String { folder.path(of: name) }

    private func write(_ name: String, _ text: String = "x") {
        let file = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        #expect(Glibc.write(file, text, text.utf8.count) == text.utf8.count)
        close(file)
    }

    /// Whether `change` is told, after what was told of before.
    private func tells(_ watch: FolderWatch, _ change: () -> Void) async throws {
        change()
        var changes = watch.changes.makeAsyncIterator()
        #expect(await changes.next() != nil)
    }

    /// Two changes: the second shows that what the first brought is watched.
    private func tells(_ watched: String = "list", twice change: (Int) -> Void) async throws {
        let watch = try FolderWatch(path(watched))
        try await tells(watch) { change(1) }
        try await tells(watch) { change(2) }
        #expect(watch.fault == nil)
    }

    @Test func aWriteInPlace() async throws {
        write("list")
        try await tells { write("list", "\($0)") }
    }

    @Test func aRenameOver() async throws {
        write("list")
        try await tells {
            write("new", "\($0)")
            rename(path("new"), path("list"))
        }
    }

    @Test func aHardLinkInItsPlace() async throws {
        try await tells {
            write("new-\($0)")
            unlink(path("list"))
            link(path("new-\($0)"), path("list"))
        }
    }

    @Test func aSwappedLink() async throws {
        mkdir(path("a"), 0o755)
        mkdir(path("b"), 0o755)
        write("a/list")
        write("b/list")
        symlink("a/list", path("list"))
        try await tells { number in
            symlink(number == 1 ? "b/list" : path("a/list"), path("new"))
            rename(path("new"), path("list"))
        }
    }

    @Test func aWriteBehindALink() async throws {
        mkdir(path("a"), 0o755)
        write("a/list")
        symlink("../\(folder.path.split(separator: "/").last!)/a/list", path("list"))
        try await tells { write("a/list", "\($0)") }
    }

    /// As Kubernetes puts a ConfigMap into place (pkg/volume/util/atomic_writer.go).
    @Test func aSwappedFolderOfAConfigMap() async throws {
        func publish(_ number: Int) {
            mkdir(path("..v\(number)"), 0o755)
            write("..v\(number)/list", "\(number)")
            symlink("..v\(number)", path("..data_tmp"))
            rename(path("..data_tmp"), path("..data"))
            unlink(path("..v\(number - 1)/list"))
            rmdir(path("..v\(number - 1)"))
        }
        publish(0)
        symlink("..data/list", path("list"))
        try await tells(twice: publish)
    }

    @Test func deletionAndReturn() async throws {
        write("list")
        try await tells { _ in if unlink(path("list")) != 0 { write("list") } }
    }

    @Test func permissionsTakenAndGivenBack() async throws {
        write("list")
        try await tells { chmod(path("list"), $0 == 1 ? 0 : 0o644) }
    }

    @Test func aFolderThatIsReplaced() async throws {
        mkdir(path("etc"), 0o755)
        write("etc/list")
        try await tells("etc/list") { number in
            mkdir(path("new"), 0o755)
            write("new/list", "\(number)")
            rename(path("etc"), path("old-\(number)"))
            rename(path("new"), path("etc"))
        }
    }

    @Test func aFolderThatIsMissingForAWhile() async throws {
        let watch = try FolderWatch(path("etc/prompterd/list"))
        try await tells(watch) { mkdir(path("etc"), 0o755) }
        try await tells(watch) { mkdir(path("etc/prompterd"), 0o755) }
        try await tells(watch) { write("etc/prompterd/list") }
        try await tells(watch) { rename(path("etc"), path("away")) }
        try await tells(watch) { rename(path("away"), path("etc")) }
        try await tells(watch) { write("etc/prompterd/list", "2") }
        try await tells(watch) { ChildProcess.run(["rm", "-r", path("etc")]) }
    }

    @Test func aFileInThePlaceOfItsFolder() async throws {
        write("etc")
        let watch = try FolderWatch(path("etc/list"))
        try await tells(watch) { unlink(path("etc")) }
        try await tells(watch) { symlink("etc", path("etc")) }
        try await tells(watch) { unlink(path("etc")) }
    }

    /// What others do beside it wakes nobody: the sentinel's own change is the only one told.
    @Test func whatIsNotItsOwnIsNotTold() async throws {
        mkdir(path("etc"), 0o755)
        write("etc/list")
        var paths = try WatchedPaths([path("etc/list")])
        paths.arm()
        write("etc/other")
        write("beside")
        chmod(path("beside"), 0o600)
        rename(path("etc/other"), path("etc/another"))
        var isTold = [paths.takeNotices()]
        write("etc/list")
        isTold += [paths.takeNotices()]
        isTold += [paths.takeNotices()]
        unlink(path("etc/list"))
        write("etc/another")
        isTold += [paths.takeNotices()]
        #expect(isTold == [false, true, false, true])
    }

    @Test func lostNoticesAreAChange() throws {
        let text = try String(
            decoding: FileReading.read("/proc/sys/fs/inotify/max_queued_events"), as: UTF8.self)
        let most = try #require(Int(text.prefix { $0.isNumber }))
        var paths = try WatchedPaths([path("list")])
        paths.arm()
        write("a")
        // Two that alternate, since the kernel joins equal neighbours.
        for number in 0...most { rename(path(number % 2 == 0 ? "a" : "b"), path(number % 2 == 0 ? "b" : "a")) }
        let isTold = paths.takeNotices()
        #expect(isTold)
    }

    /// Gathered, and told while they last.
    @Test func changesWithoutEndAreTold() async throws {
        let watch = try FolderWatch(path("list"))
        let editing = Task.detached { [folder] in
            while !Task.isCancelled {
                symlink("nowhere", folder.path(of: "list"))
                unlink(folder.path(of: "list"))
                await Task.yield()
            }
        }
        var changes = watch.changes.makeAsyncIterator()
        for _ in 0..<3 { #expect(await changes.next() != nil) }
        editing.cancel()
        await editing.value
    }

    @Test func otherFilesAreFollowed() async throws {
        write("list")
        write("text")
        let watch = try FolderWatch(path("list"))
        try await tells(watch) { watch.follow([path("list"), path("text")]) }
        try await tells(watch) { write("text", "2") }
        try await tells(watch) { write("list", "2") }
    }

    @Test func anUnreadableFolderIsAFault() async throws {
        await #expect(processExitsWith: .success) {
            let folder = TemporaryFolder()
            chmod(folder.path, 0o777)
            let inner = folder.path(of: "inner")
            mkdir(inner, 0o333)
            // Only a user without rights over all files is kept out.
            guard getuid() != 0 || seteuid(65534) == 0 else { exit(1) }
            let watch = try FolderWatch("\(inner)/list")
            #expect(
                "\(watch.fault.map(\.description) ?? "none")".contains("inotify_add_watch failed: Permission denied"))
            seteuid(0)
            var changes = watch.changes.makeAsyncIterator()
            chmod(inner, 0o755)
            #expect(await changes.next() != nil)
            #expect(watch.fault == nil)
        }
    }

    @Test func endsWhenItIsCancelled() async throws {
        let watch = try FolderWatch(path("list"))
        watch.cancel()
        #expect(try await watch.changes.next() == nil)
    }
}
