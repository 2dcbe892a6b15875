import Foundation
import Glibc
import OutsideParts
import Testing

/// Places where no textfile can be written, and disks without room.
@Suite(.timeLimit(.minutes(10))) struct BadTextfileTests {
    private static let isRoot = geteuid() == 0

    /// Sees that the daemon says once that it can't write, watches on, and writes as soon as it can.
    private func goesOn(
        _ site: Site, _ textfile: String, saying text: String, wrapper: [String] = [], mend: () throws -> Void
    ) async throws {
        let program = await site.start(["--textfile", textfile], wrapper: wrapper)
        #expect(await program.line(with: "textfile: "), "\(program.errors)")
        #expect(await program.line(with: "first seen as", count: 3))
        // A reload writes the file at once, and fails again in silence.
        program.send(SIGHUP)
        #expect(await program.line(with: "watchlist reloaded"))
        try mend()
        program.send(SIGHUP)
        #expect(await program.line(with: "is written again"), "\(program.errors)")
        let shown = try ExpositionReader(try String(contentsOfFile: textfile, encoding: .utf8))
        #expect(try #require(shown.value("prompter_textfile_errors_total")) >= 2)
        #expect(shown.value("prompter_up") == 1)
        let end = await program.stop()
        #expect(end.status == 0)
        let lines = end.errors.split(separator: "\n").filter { $0.contains("textfile: ") && $0.contains(" error ") }
        #expect(lines.count == 1 && lines[0].contains(text), "\(end.errors)")
    }

    @Test func itsFolderIsMissing() async throws {
        let site = try Site(Site.stubs(3, interval: "1s"))
        let folder = site.folder.path(of: "absent")
        try await goesOn(site, "\(folder)/p.prom", saying: "its folder does not exist, create it first") {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        }
    }

    @Test func aFolderIsInItsPlace() async throws {
        let site = try Site(Site.stubs(3, interval: "1s"))
        let folder = site.folder.path(of: "p.prom")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try await goesOn(site, folder, saying: "is a folder; name a file") { #expect(rmdir(folder) == 0) }
    }

    @Test(.enabled(if: isRoot, "only root can become another user"))
    func itsFolderMayOnlyBeRead() async throws {
        let site = try Site(Site.stubs(3, interval: "1s"))
        chmod(site.folder.path, 0o777)
        let folder = site.folder.path(of: "metrics")
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o555])
        try await goesOn(
            site, "\(folder)/p.prom", saying: "Permission denied",
            wrapper: ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        ) { #expect(chmod(folder, 0o777) == 0) }
    }

    @Test func aLinkInItsPlaceIsReplaced() async throws {
        let site = try Site(Site.stubs(1))
        let precious = site.folder.path(of: "precious")
        try "precious".write(toFile: precious, atomically: true, encoding: .utf8)
        try FileManager.default.createSymbolicLink(atPath: site.textfile, withDestinationPath: precious)
        let program = try await site.ready()
        #expect(try site.exposition().value("prompter_up") == 1)
        #expect(await program.stop().status == 0)
        #expect(try String(contentsOfFile: precious, encoding: .utf8) == "precious")
        let kind = try FileManager.default.attributesOfItem(atPath: site.textfile)[.type] as? FileAttributeType
        #expect(kind == .typeRegular)
    }

    @Test(.enabled(if: isRoot, "only root can mount a disk of its own"))
    func theDiskIsFull() async throws {
        let site = try Site(Site.stubs(3, interval: "1s"))
        let disk = try SmallDisk(megabytes: 1)
        disk.fill()
        let program = await site.start(["--textfile", "\(disk.path)/p.prom"], wrapper: disk.wrapper)
        #expect(await program.line(with: "textfile: "), "\(program.errors)")
        #expect(program.errors.contains("No space left on device; free some space"))
        #expect(await program.line(with: "first seen as", count: 3))
        disk.clear()
        program.send(SIGHUP)
        #expect(await program.line(with: "is written again"), "\(program.errors)")
        #expect(await program.stop().status == 0)
        let left = try FileManager.default.contentsOfDirectory(atPath: disk.view)
        #expect(left == ["p.prom"])
    }

    @Test(.enabled(if: isRoot, "only root can mount a disk of its own"))
    func whatTheDatabasesFullDiskKeepsWaitingIsRecordedLater() async throws {
        let site = try Site(Site.stubs(4000, interval: "1s"))
        let disk = try SmallDisk(megabytes: 48)
        let options = ["run", "--watchlist", site.watchlist, "--database", "\(disk.path)/p.db"]
        let program = await Program(options + ["--textfile", site.textfile], wrapper: disk.wrapper)
        #expect(await program.line(with: "watching 4000 watches"))
        disk.fill()
        #expect(await program.line(with: "the disk is full; free some space, nothing is lost until then"))
        #expect(await program.line(with: "findings queued; probing paused until the store accepts them"))
        // A slot passes.
        try await Task.sleep(for: .milliseconds(1500))
        disk.clear()
        #expect(await program.line(with: "store: works again"))
        #expect(await program.stop().status == 0)
        let shown = try site.exposition()
        #expect(try #require(shown.value("prompter_probe_skipped_total", ["reason": "store"])) >= 1)
        #expect(try #require(shown.value("prompter_store_errors_total")) >= 1)
        let attempts = shown.samples.filter { $0.name == "prompter_probe_attempts_total" }.reduce(0) { $0 + $1.value }
        #expect(Double(disk.count("observations", in: "p.db")) == attempts)
    }

    @Test(.enabled(if: isRoot, "only root can mount a disk of its own"))
    func whatCanNotBeRecordedAtTheEndIsInTheLog() async throws {
        let site = try Site(Site.stubs(5, interval: "1s"))
        let disk = try SmallDisk(megabytes: 8)
        let options = ["run", "--watchlist", site.watchlist, "--database", "\(disk.path)/p.db"]
        let program = await Program(options + ["--textfile", site.textfile], wrapper: disk.wrapper)
        #expect(await program.line(with: "watching 5 watches"))
        disk.fill()
        #expect(await program.line(with: "the disk is full"))
        let end = await program.stop()
        // How many there are depends on how fast the machine is: one of them is "1 finding".
        #expect(end.status == 74 && end.errors.contains(/\d+ observations? could not be recorded; each is in the log/))
        let shown = try site.exposition()
        let attempts = shown.samples.filter { $0.name == "prompter_probe_attempts_total" }.reduce(0) { $0 + $1.value }
        let logged = end.errors.split(separator: "\n").count { $0.contains("not recorded: openai ") }
        #expect(logged >= 1 && Double(disk.count("observations", in: "p.db") + logged) == attempts)
    }
}
