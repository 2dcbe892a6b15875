import Glibc
import OutsideParts
import Testing

@testable import LinuxHost

/// In processes of their own, since a signal is the whole process's.
@Suite(.timeLimit(.minutes(10))) struct SignalsTests {
    @Test func handsOverWhatEachSignalAsksFor() async {
        await #expect(processExitsWith: .success) {
            let (told, telling) = AsyncStream.makeStream(of: Signals.Request.self)
            let signals = await Signals { telling.yield($0) }
            var requests = told.makeAsyncIterator()
            for (number, request) in [(SIGHUP, Signals.Request.reload), (SIGTERM, .terminate), (SIGINT, .terminate)] {
                kill(getpid(), number)
                #expect(await requests.next() == request)
            }
            signals.cancel()
        }
    }

    /// A reload that is asked for before the signals are taken over does no harm, and one after that comes.
    @Test func anEarlyReloadIsIgnored() async {
        await #expect(processExitsWith: .success) {
            Signals.ignoreReloads()
            kill(getpid(), SIGHUP)
            let (told, telling) = AsyncStream.makeStream(of: Signals.Request.self)
            let signals = await Signals { telling.yield($0) }
            var requests = told.makeAsyncIterator()
            kill(getpid(), SIGTERM)
            #expect(await requests.next() == .terminate)
            kill(getpid(), SIGHUP)
            #expect(await requests.next() == .reload)
            signals.cancel()
        }
    }

    @Test func ignoresALostReader() async {
        await #expect(processExitsWith: .success) {
            let signals = await Signals { _ in }
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
                let signals = await Signals { _ in }
                signals.cancel()
            }
            kill(getpid(), SIGHUP)
            exit(7)
        }
    }
}
