import OutsideParts
import PrompterCore
import Testing

@testable import PrompterDaemon

@Suite(.timeLimit(.minutes(10))) struct VersionInquiryTests {
    private let folder = TemporaryFolder()

    private func inquiry() async throws -> VersionInquiry {
        let settings = House.settings(in: folder)
        try House.write(House.list(["a", "b"]), to: settings.watchlist)
        return try await VersionInquiry(settings)
    }

    private func reply(of template: String = "a", isForced: Bool = false) async throws -> Reply? {
        let inquiry = try await inquiry()
        return try await inquiry.ask(
            for: inquiry.watches(matching: WatchFilter(template: template)), isForced: isForced
        )
        .first?.reply
    }

    private func source(_ reply: Reply?) -> Reply.Answer.Source? {
        guard case .answer(let found) = reply else { return nil }
        return found.source
    }

    @Test func asksOnceASlotUnlessForced() async throws {
        #expect(source(try await reply()) == .probed)
        #expect(source(try await reply()) == .known)
        #expect(source(try await reply(isForced: true)) == .probed)
    }

    /// Without its key, too, somebody may ask what is known; and a lock keeps nobody from it.
    @Test func whatIsKnownNeedsNoKeyAndNoLock() async throws {
        let provider = try FakeProvider { _ in .completion(model: "m-1") }
        try provider.start()
        defer { provider.stop() }
        var settings = House.settings(in: folder)
        try House.write(
            """
            {"providers":{"p":{"dialect":"openai-compatible","base_url":"\(provider.baseURL)","api_key_env":"KEY","probe":"completion"}},
             "watches":[{"template":"a","provider":"p","model":"m"}]}
            """, to: settings.watchlist)
        func ask() async throws -> Reply? {
            let inquiry = try await VersionInquiry(settings)
            return try await inquiry.ask(for: inquiry.watches(matching: WatchFilter()), isForced: false).first?.reply
        }
        guard case .notMade(.credential) = try await ask() else {
            Issue.record("it was called without its key")
            return
        }
        settings.environment["KEY"] = "sk-1"
        #expect(source(try await ask()) == .probed)
        settings.environment = [:]
        let other = Conversation(["sqlite3", settings.database])
        other.write("BEGIN IMMEDIATE; SELECT 'begun';\n")
        #expect(other.read() == "begun\n")
        #expect(source(try await ask()) == .known)
        other.end()
    }

    @Test func aLockedStoreIsAReply() async throws {
        _ = try await reply()
        let other = Conversation(["sqlite3", House.settings(in: folder).database])
        other.write("BEGIN IMMEDIATE; SELECT 'begun';\n")
        #expect(other.read() == "begun\n")
        let reply = try await reply(of: "b")
        guard case .notMade(.store) = reply else {
            Issue.record("\(String(describing: reply))")
            return
        }
        other.end()
    }
}
