import PrompterCore

/// Requests to read the watchlist again. Those that come while it is being read are one: they want it read once more.
final class ReloadRequests: Sendable {
    /// One element for each time that it is to be read. For one reader.
    let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation
    private let isAsked = Locked(false)

    init() {
        (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Somebody asked for it, by SIGHUP.
    func ask() {
        isAsked.withLock { $0 = true }
        arrived.yield()
    }

    /// Its files may have changed.
    func noticeEdit() { arrived.yield() }

    /// Takes what came.
    ///
    /// - Returns: whether somebody asked.
    func take() -> Bool {
        isAsked.withLock { isAsked in
            defer { isAsked = false }
            return isAsked
        }
    }
}
