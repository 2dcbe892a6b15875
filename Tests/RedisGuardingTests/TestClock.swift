import PrompterCore

/// A clock that a test moves by hand.
final class TestClock: Sendable {
    private let moment = Locked(
        Moment(wall: Timestamp(milliseconds: 1_800_000_000_000), uptime: Uptime(sinceStart: .seconds(1000))))

    var now: Moment { moment.withLock { $0 } }

    func advance(by duration: Duration) {
        moment.withLock { $0 = $0.advanced(by: duration) }
    }
}
