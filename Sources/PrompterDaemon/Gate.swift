import PrompterCore

/// Opens once; whoever waits for it goes on then.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Locked(State())

    var isOpen: Bool { state.withLock { $0.isOpen } }

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { waiter in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(waiter) }
                return state.isOpen
            }
            if isOpen { waiter.resume() }
        }
    }

    /// Opens a gate when `work` is done.
    static func after(_ work: @escaping @Sendable () async -> Void) -> Gate {
        let gate = Gate()
        Task {
            await work()
            gate.open()
        }
        return gate
    }

    /// Waits, but not longer than `time`: what it stands for may hang.
    ///
    /// - Returns: whether it is open.
    @discardableResult func wait(atMost time: Duration) async -> Bool {
        guard !isOpen else { return true }
        let alarm = Gate()
        let waiting = Task {
            try? await Task.sleep(for: time)
            alarm.open()
        }
        await Self.any(self, alarm).wait()
        waiting.cancel()
        return isOpen
    }

    /// Does `work`, and waits for it for `time` at most: what hangs is left to itself.
    ///
    /// - Returns: `nil` where it did not end in time.
    static func result<Value: Sendable>(
        within time: Duration, of work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        let result = Locked<Result<Value, any Error>?>(nil)
        let done = after {
            do {
                let value = try await work()
                result.withLock { $0 = .success(value) }
            } catch {
                result.withLock { $0 = .failure(error) }
            }
        }
        await done.wait(atMost: time)
        return try result.withLock(\.self)?.get()
    }

    /// Opens with the first of `gates`.
    static func any(_ gates: Gate...) -> Gate {
        let first = Gate()
        for gate in gates {
            Task {
                await gate.wait()
                first.open()
            }
        }
        return first
    }
}
