import Glibc
import PrompterCore
import Testing

@testable import PrompterDaemon

@Suite(.timeLimit(.minutes(10))) struct TextfileServiceTests {
    private func isUp(_ house: House) throws -> Bool {
        try house.samples().contains { $0.hasPrefix("prompter_up") && $0.hasSuffix(" 1") }
    }

    @Test func saysThatTheDaemonIsUpUntilItsEnd() async throws {
        let house = try await House(["a"])
        await house.textfile.refresh()
        #expect(try isUp(house))
        await house.textfile.end()
        #expect(try !isUp(house))
        await house.close()
    }

    /// The last one stays, however many others are asked for beside it.
    @Test(arguments: 0..<20) func theLastOneIsWrittenLast(_ round: Int) async throws {
        let house = try await House(["a"])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { await house.textfile.refresh() } }
            await house.textfile.end()
        }
        #expect(try !isUp(house))
        await house.close()
    }

    @Test func aFolderThatIsGoneIsCountedAndComesBack() async throws {
        let house = try await House(["a"])
        let path = try #require(house.settings.textfile)
        #expect(mkdir(path, 0o700) == 0)
        await house.textfile.refresh()
        #expect(rmdir(path) == 0)
        await house.textfile.refresh()
        #expect(try house.samples().contains { $0.hasPrefix("prompter_textfile_errors_total") && $0.hasSuffix(" 1") })
        await house.close()
    }
}
