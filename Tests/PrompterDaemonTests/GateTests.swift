import PrompterCore
import Testing

@testable import PrompterDaemon

@Suite(.timeLimit(.minutes(10))) struct GateTests {
    private struct Failure: Error {}

    @Test func aResultInTimeIsHandedOver() async throws {
        #expect(try await Gate.result(within: .seconds(60)) { 1 } == 1)
        await #expect(throws: Failure.self) {
            try await Gate.result(within: .seconds(60)) { () throws -> Int in throw Failure() }
        }
    }

    @Test func workThatHangsIsLeftToItself() async throws {
        let result = try await Gate.result(within: .milliseconds(1)) {
            try await Task.sleep(for: .seconds(60))
            return 1
        }
        #expect(result == nil)
    }
}
