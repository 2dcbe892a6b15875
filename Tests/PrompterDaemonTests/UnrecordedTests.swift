import Dispatch
import Glibc
import LinuxHost
import OutsideParts
import PrompterCore
import Testing

@testable import PrompterDaemon

/// What is kept at a stop of what the store did not take.
@Suite(.timeLimit(.minutes(1))) struct UnrecordedTests {
    private let folder = TemporaryFolder()

    private func unrecorded(_ count: Int) throws -> Unrecorded {
        let target = Target(provider: Provider(name: "p", dialect: .stub), model: "m")
        let version = try #require(VersionIdentity(resolvedModel: "m-1", fingerprint: nil))
        return Unrecorded(
            (1...count).map { id in
                let time = Timestamp(milliseconds: 1_790_000_000_000 + Int64(id))
                let seen = Observation(id: UInt64(id), target: target.id, slot: 1, time: time, version: version)
                return RecordEntry(.observation(seen, imported: false), of: target)
            })
    }

    /// As the database, and whatever the umask.
    @Test func theFileIsNotForEveryone() async throws {
        let said = try await unrecorded(2).keep(
            beside: folder.path(of: "p.db"), within: .seconds(60), LoggedLines().log)
        let path = String(try #require(said.firstMatch(of: /`prompterd import (.+\.jsonl)` to add them/)).1)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o640)
    }

    /// The disk has half of the time, and a log that is slow no more than the rest.
    @Test func aDiskThatHangsIsLeftInTime() async throws {
        let hung = DispatchSemaphore(value: 0)
        defer { hung.signal() }
        let lines = LoggedLines { usleep(200_000) }
        let said = try await unrecorded(3).keep(
            beside: folder.path(of: "p.db"), within: .milliseconds(200), lines.log
        ) { _, _ in hung.wait() }
        #expect(said.hasPrefix("3 observations could not be recorded, and the log takes no more than"))
        #expect(said.contains("no answer within 100ms"), "\(said)")
        #expect(lines.texts.count <= 1)
    }
}
