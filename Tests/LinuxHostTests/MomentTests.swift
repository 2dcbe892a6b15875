import Glibc
import LinuxHost
import PrompterCore
import Testing

@Suite struct MomentTests {
    @Test func readsTheWallClock() {
        let before = Int64(time(nil))
        let moment = Moment.now
        let after = Int64(time(nil))
        // time(2) may lag CLOCK_REALTIME by one tick of the kernel.
        #expect((before * 1000...(after + 1) * 1000 + 999).contains(moment.wall.milliseconds))
    }

    @Test func readsTheTimeSinceTheMachineStarted() throws {
        let moments = (0..<100).map { _ in Moment.now }
        let text = String(decoding: try FileReading.read("/proc/uptime"), as: UTF8.self)
        let uptime = try #require(text.split(separator: " ").first.flatMap { Double($0) })
        #expect(zip(moments, moments.dropFirst()).allSatisfy { $0.uptime <= $1.uptime })
        #expect(moments.allSatisfy { $0.uptime.sinceStart.seconds <= uptime + 0.011 })
        #expect(Moment.now.uptime.sinceStart.seconds >= uptime - 0.011)
    }
}
