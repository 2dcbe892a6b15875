import PrompterCore
import Testing

@testable import PrompterDaemon

@Suite(.timeLimit(.minutes(10))) struct ReloadServiceTests {
    @Test func putsAnEditedListInForce() async throws {
        let house = try await House(["a"])
        try await house.reload(House.list(["a", "b"]))
        let inForce = await house.reloading.inForce
        #expect(inForce.watchlist.watches.map(\.key.template) == ["a", "b"] && inForce.refused == nil)
        await house.close()
    }

    @Test func aBadListChangesNothingAndAGoodOneEndsThat() async throws {
        let house = try await House(["a"])
        try await house.reload(#"{"providers":{},"watches":[{"template":"a"}]}"#)
        var inForce = await house.reloading.inForce
        #expect(inForce.watchlist.watches.map(\.key.template) == ["a"])
        #expect(inForce.refused?.errors.isEmpty == false)
        #expect(
            try house.samples().contains {
                $0.hasPrefix("prompter_watchlist_last_reload_successful") && $0.hasSuffix(" 0")
            })
        try await house.reload(House.list(["b"]))
        inForce = await house.reloading.inForce
        #expect(inForce.watchlist.watches.map(\.key.template) == ["b"] && inForce.refused == nil)
        #expect(
            try house.samples().contains {
                $0.hasPrefix("prompter_watchlist_last_reload_successful") && $0.hasSuffix(" 1")
            })
        await house.close()
    }
}
