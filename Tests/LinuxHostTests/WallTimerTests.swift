import LinuxHost
import PrompterCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct WallTimerTests {
    @Test func firesAtItsDeadlineAndNotBefore() async throws {
        let timer = WallTimer()
        let deadline = Moment.now.wall + .milliseconds(60)
        timer.arm(at: deadline)
        let tick = try #require(try await timer.ticks.next())
        #expect(tick.wall >= deadline)
    }

    @Test(arguments: [Int64.min, -1, 0, 1, 1_700_000_000_000])
    func firesAtOnceForWhatIsPast(milliseconds: Int64) async throws {
        let timer = WallTimer()
        timer.arm(at: Timestamp(milliseconds: milliseconds))
        #expect(try await timer.ticks.next() != nil)
    }

    @Test func forgetsTheDeadlineBefore() async throws {
        let timer = WallTimer()
        timer.arm(at: Timestamp(milliseconds: .max))
        timer.arm(at: Moment.now.wall)
        #expect(try await timer.ticks.next() != nil)
    }

    @Test(arguments: [nil, Timestamp(milliseconds: .max)])
    func isSilentOnceDisarmed(instead: Timestamp?) async throws {
        // An attempt counts only if the timer was disarmed before its deadline: on a busy machine it may not be.
        while true {
            let timer = WallTimer()
            let deadline = Moment.now.wall + .milliseconds(200)
            timer.arm(at: deadline)
            timer.arm(at: instead)
            guard Moment.now.wall < deadline else { continue }
            let other = WallTimer()
            other.arm(at: deadline + .milliseconds(50))
            #expect(try await other.ticks.next() != nil)
            timer.cancel()
            #expect(try await timer.ticks.next() == nil)
            return
        }
    }

    /// A deadline that stays the same is not armed anew as long as it waits, and is once it has fired.
    @Test func firesOnceForEachArming() async throws {
        let timer = WallTimer()
        let deadline = Moment.now.wall + .milliseconds(30)
        for _ in 0..<3 {
            timer.arm(at: deadline)
            timer.arm(at: deadline)
            let tick = try #require(try await timer.ticks.next())
            #expect(tick.wall >= deadline)
        }
    }

    /// What is due between two lines of its grid is one tick, however often the timer is armed meanwhile.
    @Test func ticksFallOnAGrid() async throws {
        let timer = WallTimer()
        let line = Timestamp(milliseconds: (Moment.now.wall.milliseconds / 10 + 5) * 10)
        for offset in 1...10 { timer.arm(at: line - .milliseconds(10) + .milliseconds(offset)) }
        let tick = try #require(try await timer.ticks.next())
        #expect(tick.wall >= line)
    }

    @Test func firesAgainAndAgain() async throws {
        let timer = WallTimer()
        var count = 0
        timer.arm(at: Moment.now.wall)
        for await _ in timer.ticks {
            count += 1
            if count == 100 { break }
            timer.arm(at: Moment.now.wall)
        }
        #expect(count == 100)
    }

    @Test func endsItsSequenceWhenItGoes() async throws {
        let ticks = WallTimer().ticks
        #expect(try await ticks.next() == nil)
    }

    @Test @MainActor func worksUnderTheMainActor() async throws {
        let timer = WallTimer()
        timer.arm(at: Moment.now.wall)
        #expect(try await timer.ticks.next() != nil)
    }
}
