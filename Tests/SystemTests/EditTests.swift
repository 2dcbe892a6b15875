import Foundation
import OutsideParts
import PrompterCore
import Testing

/// The watchlist edited under a running daemon.
@Suite(.timeLimit(.minutes(10))) struct EditTests {
    /// A list of three watches of which one has a template of its own, so that each edit is another list.
    private func list(_ number: Int) -> String {
        Site.stubs(3).replacing(#""template":"t-0""#, with: #""template":"edit-\#(number)""#)
    }

    private func writeInPlace(_ text: String, to path: String) throws {
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    /// One watch gave way to another, and nothing else did.
    private let oneForAnother = "watchlist reloaded: +1 −1 ~0 watches"

    @Test func aRenameAndAWriteInPlaceAreTaken() async throws {
        let site = try Site(list(0))
        let program = try await site.ready()
        try site.write(list(1))
        #expect(await program.line(with: oneForAnother, count: 1))
        try writeInPlace(list(2), to: site.watchlist)
        #expect(await program.line(with: oneForAnother, count: 2))
        let exposition = try site.exposition()
        #expect(exposition.value("prompter_watchlist_last_reload_successful") == 1)
        let templates = Set(exposition.samples.compactMap { $0.labels["template"] })
        #expect(templates.isSubset(of: ["edit-2", "t-1", "t-2"]), "\(templates)")
        #expect(await program.stop().status == 0)
        #expect(try site.number("SELECT count(*) FROM bindings WHERE valid_until IS NULL") == 3)
    }

    @Test func aSwappedLinkIsTaken() async throws {
        let site = try Site(list(0))
        let manager = FileManager.default
        try manager.moveItem(atPath: site.watchlist, toPath: site.folder.path(of: "0.json"))
        try manager.createSymbolicLink(atPath: site.watchlist, withDestinationPath: "0.json")
        let program = try await site.ready()
        try list(1).write(toFile: site.folder.path(of: "1.json"), atomically: false, encoding: .utf8)
        try manager.createSymbolicLink(atPath: site.folder.path(of: "new"), withDestinationPath: "1.json")
        rename(site.folder.path(of: "new"), site.watchlist)
        #expect(await program.line(with: oneForAnother, count: 1))
        try writeInPlace(list(2), to: site.folder.path(of: "1.json"))
        #expect(await program.line(with: oneForAnother, count: 2))
        #expect(await program.stop().status == 0)
    }

    /// As Kubernetes puts a ConfigMap into place (pkg/volume/util/atomic_writer.go).
    @Test func aConfigMapIsTaken() async throws {
        let site = try Site(list(0))
        let manager = FileManager.default
        func publish(_ number: Int) throws {
            let folder = site.folder.path(of: "..v\(number)")
            try manager.createDirectory(atPath: folder, withIntermediateDirectories: false)
            try list(number).write(toFile: "\(folder)/watchlist.json", atomically: false, encoding: .utf8)
            try manager.createSymbolicLink(
                atPath: site.folder.path(of: "..data_tmp"), withDestinationPath: "..v\(number)")
            rename(site.folder.path(of: "..data_tmp"), site.folder.path(of: "..data"))
            try? manager.removeItem(atPath: site.folder.path(of: "..v\(number - 1)"))
        }
        try publish(0)
        try manager.removeItem(atPath: site.watchlist)
        try manager.createSymbolicLink(atPath: site.watchlist, withDestinationPath: "..data/watchlist.json")
        let program = try await site.ready()
        for number in 1...3 {
            try publish(number)
            #expect(await program.line(with: oneForAnother, count: number))
        }
        #expect(await program.stop().status == 0)
    }

    @Test func aDeletedListStaysInForceAndItsReturnIsTaken() async throws {
        let site = try Site(list(0))
        let socket = DatagramSocket(at: site.folder.path(of: "notify"))
        let program = try await site.ready(environment: ["NOTIFY_SOCKET": site.folder.path(of: "notify")])
        unlink(site.watchlist)
        #expect(await program.line(with: "watchlist.json: no such file or folder"))
        #expect(await program.line(with: "watchlist refused"))
        #expect(try site.exposition().value("prompter_watchlist_last_reload_successful") == 0)
        #expect(try site.exposition().value("prompter_watches") == 3)
        // Of messages that nobody receives the kernel keeps a few.
        var messages: [String] = []
        while !socket.isEmpty { messages.append(socket.receive()) }
        try site.write(list(1))
        #expect(await program.line(with: oneForAnother))
        #expect(try site.exposition().value("prompter_watchlist_last_reload_successful") == 1)
        #expect(await program.stop().status == 0)
        while !socket.isEmpty { messages.append(socket.receive()) }
        #expect(messages.contains { $0.hasPrefix("STATUS=") && $0.contains("watchlist refused: ") })
        let reload = try #require(messages.firstIndex { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") })
        #expect(messages[reload...].contains("READY=1"))
    }

    /// As a user who may not read everything.
    @Test func permissionsAreTakenAndGivenBack() async throws {
        let site = try Site(list(0))
        let others: [String] =
            getuid() == 0 ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : []
        chmod(site.folder.path, 0o777)
        let program = await site.start(wrapper: others)
        #expect(await program.line(with: "watching"), "\(program.errors)")
        chmod(site.watchlist, 0)
        #expect(await program.line(with: "watchlist.json: open failed: Permission denied; check the owner and mode"))
        #expect(await program.line(with: "watchlist refused"))
        chmod(site.watchlist, 0o644)
        #expect(await program.line(with: "watchlist reloaded: +0 −0 ~0 watches"))
        #expect(try site.exposition().value("prompter_watchlist_last_reload_successful") == 1)
        #expect(await program.stop().status == 0)
    }

    /// A hundred edits a second: ticks go on meanwhile, and the last one is in force at the end.
    @Test func theLastOfManyEditsIsInForce() async throws {
        let site = try Site(Site.stubs(20, interval: "1s"))
        let program = try await site.ready()
        #expect(await program.line(with: "first seen as", count: 20))
        let before = try site.number("SELECT max(slot) FROM observations")
        for number in 1...200 {
            try site.write(
                Site.stubs(20, interval: "1s").replacing(#""template":"t-0""#, with: #""template":"edit-\#(number)""#))
            // The pace itself, and no wait for anything.
            try await Task.sleep(for: .milliseconds(10))
        }
        try site.write(Site.stubs(25, interval: "1s"))
        #expect(await program.line(with: "m-24"), "\(program.errors)")
        let end = await program.stop()
        #expect(end.status == 0)
        #expect(end.errors.contains("watchlist reloaded: ") && !end.errors.contains("refused"), "\(end.errors)")
        #expect(try site.number("SELECT count(*) FROM bindings WHERE valid_until IS NULL") == 25)
        #expect(try site.number("SELECT max(slot) FROM observations") > before)
    }

    @Test func aBadListIsSaidOnceAndChangesNothing() async throws {
        let site = try Site(list(0))
        let program = try await site.ready(["--log-level", "debug"])
        let bad = "{\n  \"providers\": {}\n  \"watches\": []\n}"
        try site.write(bad)
        #expect(await program.line(with: "watchlist refused"))
        // The same again is not told, except to who asks.
        try site.write(bad)
        #expect(await program.line(with: "is still refused"))
        #expect(try site.exposition().value("prompter_watches") == 3)
        program.send(SIGHUP)
        #expect(await program.line(with: "watchlist refused", count: 2))
        try site.write("{}")
        #expect(await program.line(with: #"watchlist.json:1:1: "watches" is missing"#))
        try site.write(list(0))
        #expect(await program.line(with: "watchlist reloaded: +0 −0 ~0 watches"))
        let end = await program.stop()
        #expect(end.errors.components(separatedBy: "a comma or a closing brace").count == 3, "\(end.errors)")
        #expect(end.errors.components(separatedBy: "watchlist refused").count == 4)
        #expect(try site.number("SELECT count(*) FROM bindings") == 3)
    }

    /// What says the same is no reload: no line but for who debugs, and no new time.
    @Test func anEditWithoutMeaningIsSilent() async throws {
        let site = try Site(list(0))
        let program = try await site.ready(["--log-level", "debug"])
        let name = "prompter_watchlist_last_reload_success_timestamp_seconds"
        let taken = try site.exposition().value(name)
        try site.write(list(0).replacing(",", with: " ,\n"))
        #expect(await program.line(with: "written again without a change"))
        let end = await program.stop()
        #expect(!end.errors.contains("watchlist reloaded"), "\(end.errors)")
        #expect(try taken != nil && site.exposition().value(name) == taken)
    }

    @Test func aTextThatTheListRefersToIsFollowed() async throws {
        let site = try Site(
            """
            {"providers":{"openai":{"dialect":"stub"}},
             "watches":[{"template":"t","provider":"openai","model":"m","system_instructions_file":"terse.txt"}]}
            """)
        let text = site.folder.path(of: "terse.txt")
        try "Be terse.".write(toFile: text, atomically: true, encoding: .utf8)
        let program = try await site.ready()
        try "Be terser.".write(toFile: text, atomically: true, encoding: .utf8)
        #expect(await program.line(with: "watchlist reloaded: +0 −0 ~1 watches"))
        unlink(text)
        #expect(await program.line(with: "terse.txt: no such file or folder"))
        try "Be terse.".write(toFile: text, atomically: true, encoding: .utf8)
        #expect(await program.line(with: "watchlist reloaded: +0 −0 ~1 watches", count: 2))
        #expect(await program.stop().status == 0)
    }

    /// By the database, which has each observation's slot: no slot of an unchanged target is observed twice, and none is
    /// left out because of an edit.
    @Test func unchangedTargetsKeepTheirSlots() async throws {
        let site = try Site(Site.stubs(30, interval: "2s"))
        let program = try await site.ready()
        #expect(await program.line(with: "first seen as", count: 30))
        for number in 1...8 {
            try site.write(Site.stubs(30 + number, interval: "2s"))
            #expect(await program.line(with: "m-\(29 + number)"), "\(program.errors)")
        }
        #expect(await program.stop().status == 0)
        #expect(
            try site.number(
                "SELECT count(*) FROM (SELECT 1 FROM observations GROUP BY target_id, slot HAVING count(*) > 1)") == 0)
        let gaps = try site.number(
            """
            SELECT sum(width) FROM (
                SELECT max(slot) - min(slot) + 1 - count(*) AS width FROM observations GROUP BY target_id)
            """)
        let missed = try #require(try site.exposition().value("prompter_slots_missed_total"))
        #expect(missed >= Double(gaps), "\(missed) missed, \(gaps) gaps")
    }
}
