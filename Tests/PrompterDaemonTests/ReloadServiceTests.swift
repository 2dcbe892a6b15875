import Glibc
import LinuxHost
import OutsideParts
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

    @Test func theFallbackIsSavedOnceItCanBe() async throws {
        let house = try await House(["a"])
        let path = "\(house.settings.database).watchlist.json"
        #expect(unlink(path) == 0 && mkdir(path, 0o700) == 0)
        try await house.reload(House.list(["a", "b"]))
        #expect(rmdir(path) == 0)
        await house.reloading.lookOnce()
        #expect(String(decoding: try FileReading.read(path), as: UTF8.self).contains("m-b"))
        await house.close()
    }

    /// The store's own queue waits for another program's lock; a reload and a look at the files do not.
    @Test func aStoreThatHangsKeepsNobodyWaiting() async throws {
        let house = try await House(["a"], storePatience: .milliseconds(1))
        let database = house.settings.database
        let other = Conversation(["sqlite3", "-cmd", ".timeout 5000", database])
        other.write("BEGIN IMMEDIATE; SELECT 'begun';\n")
        #expect(other.read() == "begun\n")
        // Each waits for five seconds.
        let store = house.components.store
        let begun = Gate()
        let hanging = Gate.after {
            await withTaskGroup { group in
                for _ in 0..<12 {
                    group.addTask {
                        begun.open()
                        _ = try? await store.prune(
                            before: Timestamp(milliseconds: 0), after: 0, at: Timestamp(milliseconds: 0))
                    }
                }
            }
        }
        await begun.wait()
        try await house.reload(House.list(["a", "b"]))
        #expect(await house.reloading.inForce.watchlist.watches.map(\.key.template) == ["a", "b"])
        await house.reloading.lookOnce()
        #expect(!hanging.isOpen)
        other.write("COMMIT;\n")
        other.end()
        await hanging.wait()
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
