import Testing

@testable import PrompterCore

struct BreakerTests {
    private func broken(at uptime: Duration = .zero) -> Breaker {
        var breaker = Breaker()
        for _ in 0..<Breaker.mostFailures { breaker.take(isOutage: true, isTrial: false, at: uptime) }
        return breaker
    }

    @Test func failuresInARowOpenIt() {
        var breaker = Breaker()
        for _ in 0..<3 {
            for _ in 1..<Breaker.mostFailures { breaker.take(isOutage: true, isTrial: false, at: .zero) }
            #expect(breaker.state(at: .zero) == .closed)
            breaker.take(isOutage: false, isTrial: false, at: .zero)
        }
        #expect(broken().state(at: .zero) == .open)
    }

    @Test func itsPauseDoublesUpToABound() {
        var breaker = broken()
        var pauses: [Duration] = []
        for _ in 0..<7 {
            let begin = breaker.until
            #expect(breaker.state(at: begin - .nanoseconds(1)) == .open && breaker.state(at: begin) == .halfOpen)
            breaker.take(isOutage: true, isTrial: true, at: begin)
            pauses.append(breaker.until - begin)
        }
        #expect(pauses == [60, 120, 240, 480, 600, 600, 600].map { .seconds($0) })
    }

    @Test func anAnswerToItsTrialClosesIt() {
        var breaker = broken()
        breaker.take(isOutage: false, isTrial: true, at: .seconds(30))
        #expect(breaker.state(at: .seconds(30)) == .closed)
        // All anew.
        for _ in 1..<Breaker.mostFailures { breaker.take(isOutage: true, isTrial: false, at: .seconds(31)) }
        #expect(breaker.state(at: .seconds(31)) == .closed)
        breaker.take(isOutage: true, isTrial: false, at: .seconds(31))
        #expect(breaker.until == .seconds(61))
    }

    @Test func whatBeganBeforeItOpenedChangesNothing() {
        var breaker = broken()
        let before = breaker
        breaker.take(isOutage: true, isTrial: false, at: .seconds(5))
        breaker.take(isOutage: false, isTrial: false, at: .seconds(6))
        #expect(breaker == before)
    }
}
