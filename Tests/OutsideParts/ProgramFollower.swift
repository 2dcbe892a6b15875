import Glibc
import PrompterCore

/// Reads what a program writes until its end, and answers those who wait for a line or for the end.
final class ProgramFollower: Sendable {
    private struct LineWaiter {
        var text: String
        /// How many lines are still to come.
        var count: Int
        /// How many lines were looked at.
        var seen = 0
        var reply: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        /// The lines of `errors` that have ended, and where the next begins.
        var lines: [String] = []
        var lineStart = 0
        var status: Int32?
        var time = ContinuousClock.now
        var lineWaiters: [LineWaiter] = []
        var endWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Locked(State())

    var errors: String { state.withLock { String(decoding: $0.errors, as: UTF8.self) } }

    /// Runs `words` and stays until they have ended.
    func run(_ words: [String], started: (pid_t) -> Void) {
        let (output, errors) = (ByteChannel(), ByteChannel())
        let child = ChildProcess(words, output: output.writer, errors: errors.writer)
        close(output.writer)
        close(errors.writer)
        started(child.process)
        var open = [output.reader, errors.reader].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while open.contains(where: { $0.fd >= 0 }) {
            poll(&open, nfds_t(open.count), -1)
            for index in open.indices where open[index].fd >= 0 && open[index].revents != 0 {
                let count = read(open[index].fd, &chunk, chunk.count)
                if count > 0 {
                    change {
                        index == 0
                            ? $0.output.append(contentsOf: chunk[..<count])
                            : $0.errors.append(contentsOf: chunk[..<count])
                    }
                } else {
                    close(open[index].fd)
                    open[index].fd = -1
                }
            }
        }
        let status = child.wait()
        change { state in
            state.status = status
            state.time = .now
        }
    }

    func line(with text: String, count: Int) async -> Bool {
        await withCheckedContinuation { reply in
            change { $0.lineWaiters.append(LineWaiter(text: text, count: count, reply: reply)) }
        }
    }

    func end() async -> Program.End {
        await withCheckedContinuation { reply in change { $0.endWaiters.append(reply) } }
        return state.withLock { state in
            Program.End(
                status: state.status ?? 0, output: String(decoding: state.output, as: UTF8.self),
                errors: String(decoding: state.errors, as: UTF8.self), time: state.time)
        }
    }

    /// Changes the state, and answers those who waited for what is now so. Each looks at each line once: a program may write
    /// thousands.
    private func change(_ body: (inout State) -> Void) {
        let (lines, ends) = state.withLock { state in
            body(&state)
            while let end = state.errors[state.lineStart...].firstIndex(of: 0x0A) {
                state.lines.append(String(decoding: state.errors[state.lineStart..<end], as: UTF8.self))
                state.lineStart = end + 1
            }
            var answered: [(Bool, CheckedContinuation<Bool, Never>)] = []
            var waiting: [LineWaiter] = []
            for var waiter in state.lineWaiters {
                waiter.count -= state.lines[waiter.seen...].count { $0.contains(waiter.text) }
                waiter.seen = state.lines.count
                if waiter.count <= 0 || state.status != nil {
                    answered.append((waiter.count <= 0, waiter.reply))
                } else {
                    waiting.append(waiter)
                }
            }
            state.lineWaiters = waiting
            let ends = state.status == nil ? [] : state.endWaiters
            if state.status != nil { state.endWaiters = [] }
            return (answered, ends)
        }
        for (isFound, reply) in lines { reply.resume(returning: isFound) }
        for reply in ends { reply.resume() }
    }
}
