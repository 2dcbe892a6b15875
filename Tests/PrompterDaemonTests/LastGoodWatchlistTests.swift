import Foundation
import Glibc
import LinuxHost
import OutsideParts
import PrompterCore
import Testing

@testable import PrompterDaemon

@Suite(.timeLimit(.minutes(10))) struct LastGoodWatchlistTests {
    private let folder = TemporaryFolder()
    private let threads = FileThreads()
    private let time = Timestamp(milliseconds: 1_764_000_000_123)

    private func write(_ text: String, to name: String) throws {
        try text.write(toFile: folder.path(of: name), atomically: true, encoding: .utf8)
    }

    private func kept() async throws -> (file: WatchlistFile, lastGood: LastGoodWatchlist) {
        try write("Be \"brief\".\n", to: "brief.txt")
        try write(
            """
            \u{FEFF}{"providers":{"p":{"dialect":"openai-compatible","base_url":"http://127.0.0.1:1/v1","api_key_file":"key"}},
             "watches":[{"template":"t\\u0000ü","provider":"p","model":"m","system_instructions_file":"brief.txt"}]}
            """, to: "list.json")
        let file = WatchlistFile(folder.path(of: "list.json"))
        let reading = await file.reading()
        let lastGood = LastGoodWatchlist(beside: folder.path(of: "p.db"))
        _ = try reading.result.get()
        try await lastGood.keep(reading.copy, at: time, on: threads)
        return (file, lastGood)
    }

    @Test func isTheSameWithoutItsFiles() async throws {
        let (file, lastGood) = try await kept()
        let before = try file.read()
        for name in ["brief.txt", "list.json"] { unlink(folder.path(of: name)) }
        let kept = try #require(await lastGood.watchlist(of: file, on: threads))
        #expect(kept.taken == time)
        #expect(kept.watchlist.watches == before.watches && kept.watchlist.providers == before.providers)
        #expect(kept.watchlist.watches.first?.target.systemInstructions == "Be \"brief\".\n")
    }

    @Test func isReadableForItsOwnerAlone() async throws {
        let lastGood = try await kept().lastGood
        #expect(lastGood.path == folder.path(of: "p.db.watchlist.json"))
        var status = stat()
        #expect(stat(lastGood.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    /// What root keeps beside a service's database, the service can use.
    @Test(.enabled(if: geteuid() == 0, "only root can give files away")) func isTheDatabaseOwners() async throws {
        try write("", to: "p.db")
        #expect(chown(folder.path(of: "p.db"), 65534, 65534) == 0)
        let lastGood = try await kept().lastGood
        var status = stat()
        #expect(stat(lastGood.path, &status) == 0 && status.st_uid == 65534 && status.st_gid == 65534)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func isOfOneFileAlone() async throws {
        let (file, lastGood) = try await kept()
        var other = file
        other.path = folder.path(of: "other.json")
        #expect(await lastGood.watchlist(of: other, on: threads) == nil)
        let elsewhere = LastGoodWatchlist(beside: folder.path(of: "q.db"))
        #expect(await elsewhere.watchlist(of: file, on: threads) == nil)
    }

    @Test(arguments: ["", "{", "{}", #""format":2"#, #""taken_at":"yesterday""#, #""watchlist":"{}""#, #""texts":{}"#])
    func whatIsNoneIsNotUsed(_ change: String) async throws {
        let (file, lastGood) = try await kept()
        var text = change
        if let colon = change.firstIndex(of: ":") {
            let root = try JSONDocument(FileReading.read(lastGood.path)).root
            guard case .object(let members) = root.value else { return }
            let name = change[..<colon].filter { $0 != "\"" }
            let others = members.filter { $0.name != name }
            #expect(others.count == members.count - 1)
            text = JSONValue.object(others.map { .init($0.name, $0.node.plain) }).text.dropLast() + ",\(change)}"
        }
        try write(text, to: "p.db.watchlist.json")
        #expect(await lastGood.watchlist(of: file, on: threads) == nil)
    }

    @Test func aChangeOfAnyFileIsNoticed() async throws {
        let file = try await kept().file
        let files = await file.reading().files
        #expect(files.paths == [folder.path(of: "list.json"), folder.path(of: "brief.txt")])
        #expect(await !files.haveChanged(on: threads))
        try write("Be long.", to: "brief.txt")
        #expect(await files.haveChanged(on: threads))
        let next = await file.reading().files
        #expect(await !next.haveChanged(on: threads))
        unlink(file.path)
        #expect(await next.haveChanged(on: threads))
        let last = await file.reading().files
        #expect(await !last.haveChanged(on: threads))
    }
}
