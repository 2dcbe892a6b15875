import Glibc
import OutsideParts
import Testing

@testable import LinuxHost

/// In processes of their own, since a signal is the whole process's.
@Suite(.timeLimit(.minutes(10))) struct SignalsTests {
    @Test func handsOverWhatEachSignalAsksFor() async {
        await #expect(processExitsWith: .success) {
            let signals = await Signals()
            var requests = signals.requests.makeAsyncIterator()
            for (number, request) in [(SIGHUP, Signals.Request.reload), (SIGTERM, .terminate), (SIGINT, .terminate)] {
                kill(getpid(), number)
                #expect(await requests.next() == request)
            }
        }
    }

    @Test func ignoresALostReader() async {
        await #expect(processExitsWith: .success) {
            let signals = await Signals()
            let channel = ByteChannel()
            close(channel.reader)
            #expect(write(channel.writer, "x", 1) == -1)
            #expect(errno == EPIPE)
            signals.cancel()
        }
    }

    @Test func staysAliveAfterItsEnd() async {
        await #expect(processExitsWith: .exitCode(7)) {
            do {
                let signals = await Signals()
                signals.cancel()
                var requests = signals.requests.makeAsyncIterator()
                #expect(await requests.next() == nil)
            }
            kill(getpid(), SIGHUP)
            exit(7)
        }
    }

    @Test func aFloodOfReloadsNeverPushesOutTheEnd() async {
        let (requests, continuation) = AsyncStream<Signals.Request>.makeStream(bufferingPolicy: .bufferingNewest(8))
        Signals.hand(.terminate, to: continuation)
        for _ in 0..<1000 { Signals.hand(.reload, to: continuation) }
        continuation.finish()
        var kept: [Signals.Request] = []
        for await request in requests { kept.append(request) }
        #expect(kept.contains(.terminate))
        #expect(kept.count == 8)
    }
}
