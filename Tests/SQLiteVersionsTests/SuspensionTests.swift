import OutsideParts
import PrompterCore
import SQLiteVersions
import Testing

/// Suspensions outlive the program.
struct SuspensionTests {
    private let folder = try! TemporaryFolder()
    private let now = Samples.now

    @Test func areThereAfterARestart() async throws {
        let target = Samples.target().id
        let key = StandingSuspension(scope: .provider("openai"), cause: .auth, notBefore: now, repetitions: 1)
        let quota = StandingSuspension(scope: .provider("openai"), cause: .quota, notBefore: now, repetitions: 3)
        let model = StandingSuspension(
            scope: .target(target, provider: "openai"), cause: .notFound, notBefore: now, repetitions: 2)
        var store = try SQLiteVersionStore(path: folder.file())
        try await store.keep([key, quota, model])
        await store.close()

        store = try SQLiteVersionStore(path: folder.file())
        #expect(Set(try await store.suspensions()) == [key, quota, model])
        var later = quota
        later.notBefore = now + .seconds(3600)
        later.repetitions = 4
        var ended = model
        ended.notBefore = nil
        try await store.keep([later, ended])
        #expect(Set(try await store.suspensions()) == [key, later])
    }

    /// What somebody else wrote into the table ends nothing.
    @Test func areLeftOutWhereTheyAreNone() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        _ = try Program.run(
            "sqlite3", folder.file(),
            "INSERT INTO suspensions VALUES ('p', x'00', 'auth', 1, 1), ('p', x'', 'nonsense', 1, 1)")
        #expect(try await store.suspensions() == [])
    }
}
