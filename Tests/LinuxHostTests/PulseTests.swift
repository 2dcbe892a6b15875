import LinuxHost
import PrompterCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct PulseTests {
    @Test func beatsNeverSoonerThanItsInterval() async throws {
        let before = Moment.now
        let pulse = Pulse(every: .milliseconds(30))
        var beats: [Moment] = []
        for await beat in pulse.beats {
            beats.append(beat)
            if beats.count == 3 { break }
        }
        for (count, beat) in beats.enumerated() {
            #expect(beat.uptime - before.uptime >= .milliseconds(30 * (count + 1)))
        }
    }

    @Test func endsItsSequenceWhenItGoes() async throws {
        let beats = Pulse(every: .seconds(3600)).beats
        #expect(try await beats.next() == nil)
    }

    @Test func takesAnIntervalOfNothingForAMillisecond() async throws {
        let pulse = Pulse(every: .zero)
        #expect(try await pulse.beats.next() != nil)
    }
}
