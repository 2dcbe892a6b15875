import Foundation
import Glibc
import OutsideParts
import Testing

/// A watchlist as it may lie there on a bad day: `check` and `run` say what is wrong with it in one line, and end.
struct BadWatchlistTests {
    private static let valid = Site.stubs(2)

    /// Checks and runs `path`, and compares what both say with `line`.
    private func expect(
        _ site: Site, _ line: String, path: String? = nil, wrapper: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let path = path ?? site.watchlist
        let check = await Program.run(["check", path], wrapper: wrapper)
        #expect(check.status == 1 && check.errors == "", "\(check.errors)", sourceLocation: sourceLocation)
        #expect(check.output == "\(path)\(line)\n", sourceLocation: sourceLocation)
        let run = await Program.run(
            ["run", "--once", "--watchlist", path, "--database", site.database], wrapper: wrapper)
        #expect(run.status == 78, sourceLocation: sourceLocation)
        #expect(run.errors == "\(path)\(line)\n", sourceLocation: sourceLocation)
    }

    private func write(_ bytes: [UInt8], _ site: Site) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: site.watchlist))
    }

    private static let faulty: [(bytes: [UInt8], line: String)] = [
        text("", ":1:1: the document is empty"),
        text(" \r\n\t", ":2:2: the document is empty"),
        text("\u{FEFF}", ":1:1: the document is empty"),
        text("null", ":1:1: should be an object, not null"),
        text(#"{"watches":[],"providers":{}} {}"#, ":1:31: unexpected content after the document"),
        text(
            "{\r\n\"providers\": {},\r\n\"watches\": [],\r\n\"watches\": []\r\n}\r\n",
            ":4:1: the key \"watches\" is repeated here"),
        text(String(repeating: "\0", count: 4096), ":1:1: expected a value here"),
        // UTF-16, as some editors save it.
        ([0xFF, 0xFE, 0x7B, 0x00], ":1:1: expected a value here"),
        // Latin-1.
        ([0x7B, 0x22, 0x70, 0xE9, 0x22, 0x3A, 0x31, 0x7D], ":1:3: this string is not UTF-8"),
    ]

    private static func text(_ text: String, _ line: String) -> (bytes: [UInt8], line: String) {
        (Array(text.utf8), line)
    }

    @Test(arguments: faulty)
    func saysWhatIsWrong(bytes: [UInt8], line: String) async throws {
        let site = try Site()
        try write(bytes, site)
        await expect(site, line)
    }

    @Test(arguments: ["[", #"{"a":"#]) func aDeepOneIsRefused(level: String) async throws {
        let site = try Site(String(repeating: level, count: 100_000))
        await expect(site, ":1:\(64 * level.count + 1): nested more than 64 levels deep")
    }

    @Test func onesThatAreCutOffAreRefused() async throws {
        let site = try Site()
        let bytes = Array(Self.valid.utf8)
        for length in stride(from: 1, to: bytes.count, by: 11) + [bytes.count - 1] {
            try write(Array(bytes[..<length]), site)
            let check = await Program.run(["check", site.watchlist])
            #expect(check.status == 1 && check.errors == "", "\(length) bytes: \(check.errors)")
            #expect(check.output.hasPrefix("\(site.watchlist):1:"), "\(length) bytes: \(check.output)")
            #expect(check.output.utf8.count { $0 == UInt8(ascii: "\n") } == 1, "\(length) bytes: \(check.output)")
        }
        try write(Array(bytes[..<100]), site)
        await expect(site, ":1:101: the document ends where a value is expected")
    }

    @Test func aMarkAndCarriageReturnsAreNothingBad() async throws {
        let site = try Site("\u{FEFF}" + Self.valid.replacing(",", with: ",\r\n"))
        let check = await Program.run(["check", site.watchlist])
        #expect(check.status == 0 && check.output.hasSuffix(": valid; 2 watches, 2 targets\n"), "\(check)")
        #expect(await site.start(["--once"]).end().status == 0)
    }

    @Test func fiftyMebibytesAreReadAndMoreThanTheBoundIsNot() async throws {
        let site = try Site()
        var bytes = Array(Self.valid.utf8.dropLast())
        bytes += repeatElement(UInt8(ascii: " "), count: (50 << 20) - bytes.count - 1) + [UInt8(ascii: "}")]
        try write(bytes, site)
        let check = await Program.run(["check", site.watchlist])
        #expect(check.status == 0 && check.output.hasSuffix(": valid; 2 watches, 2 targets\n"), "\(check)")
        // Sparse: it has a length, and no blocks on the disk.
        #expect(truncate(site.watchlist, (64 << 20) + 1) == 0)
        await expect(site, ": is larger than \(64 << 20) bytes; is it the right file?")
    }

    @Test func manyErrorsAreBounded() async throws {
        let zeros = Array(repeating: "0", count: 100_000).joined(separator: ",")
        let site = try Site(#"{"providers":{},"watches":[\#(zeros)]}"#)
        let check = await Program.run(["check", site.watchlist])
        let lines = check.output.split(separator: "\n")
        #expect(check.status == 1 && lines.count == 1001)
        #expect(lines.first == "\(site.watchlist):1:28: watches[0]: should be an object, not a number")
        #expect(lines.last == "\(site.watchlist): 99000 more errors; correct those above first")
    }

    @Test func whatIsNoFileIsRefused() async throws {
        let site = try Site()
        await expect(site, ": is a folder; name a file", path: site.folder.path)
        let pipe = site.folder.path(of: "pipe")
        #expect(mkfifo(pipe, 0o644) == 0)
        await expect(site, ": is a device, a socket or a named pipe; name a regular file", path: pipe)
        await expect(site, ": no such file or folder; check the path", path: site.folder.path(of: "absent"))
    }

    @Test(.enabled(if: geteuid() == 0, "only root may become somebody else"))
    func anUnreadableOneIsRefused() async throws {
        let site = try Site(Self.valid)
        #expect(chmod(site.folder.path, 0o755) == 0 && chmod(site.watchlist, 0o600) == 0)
        await expect(
            site,
            ": open failed: Permission denied; check the owner and mode of it and its folders for user 65534",
            wrapper: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
    }
}
