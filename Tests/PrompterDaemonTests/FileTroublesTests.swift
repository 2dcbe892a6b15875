import OutsideParts
import PrompterCore
import Testing

@testable import PrompterDaemon

@Suite(.timeLimit(.minutes(10))) struct FileTroublesTests {
    /// However often the file is touched meanwhile; and again once it had been mended.
    @Test func aBadAuthorityFileIsToldOnce() async throws {
        let lines = LoggedLines()
        let house = try await House(["a"], log: lines.log)
        let path = house.folder.path(of: "ca.pem")
        let provider = Provider(name: "p", dialect: .openAICompatible, baseURL: "https://x", authorityFile: path)
        let watchlist = Watchlist(providers: ["p": provider], watches: [], targets: [])
        let troubles = FileTroubles(house.components)
        func touch(_ text: String) async throws {
            try House.write(text, to: path)
            await troubles.readAuthorities(of: watchlist)
        }
        func told() -> Int {
            lines.texts.count { $0.hasPrefix("error: p: ca_file: \(path): contains no certificates") }
        }
        try House.write("broken", to: path)
        await troubles.look(at: watchlist)
        #expect(told() == 1)
        for _ in 1...3 { try await touch("broken") }
        // A reload tells no more than a touch.
        await troubles.look(at: watchlist)
        #expect(told() == 1)
        try await touch("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        try await touch("broken")
        #expect(told() == 2)
        await house.close()
    }
}
