import PrompterCore

/// Requests to read the watchlist again. Those that come while it is being read are one: they want it read once more.
final class ReloadRequests: Sendable {
    private static let patience: Duration = .seconds(60)

    /// One element for each time that it is to be read. For one reader.
    let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation
    /// What those wait for who asked; empty where nobody did.
    private let asked = Locked<[Gate]>([])

    init() {
        (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Somebody asked for it, by SIGHUP.
    func ask() { ask(Gate()) }

    /// Asks for it, and waits until it was done, but not for ever.
    func askAndWait() async {
        let done = Gate()
        ask(done)
        await done.wait(atMost: Self.patience)
    }

    private func ask(_ done: Gate) {
        asked.withLock { $0.append(done) }
        arrived.yield()
    }

    /// Its files may have changed.
    func noticeEdit() { arrived.yield() }

    /// Takes what came.
    ///
    /// - Returns: what is to be opened for each who asked, once it was done.
    func take() -> [Gate] {
        asked.withLock { asked in
            defer { asked = [] }
            return asked
        }
    }
}
