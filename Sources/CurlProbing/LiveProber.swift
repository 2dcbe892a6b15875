public import PrompterCore

/// The prober that really calls providers.
///
/// A server's error or a broken connection is tried again (``RetryPauses``), all else only by the next probe. What a refusal
/// taught of a target is kept for its later probes.
public struct LiveProber: Prober {
    /// Gives the key of a provider, `nil` for none. It is told whether the provider refused the last one.
    public typealias Keys =
        @Sendable (_ provider: Provider, _ isRefused: Bool) async throws(ProbeFailure) -> Credential?

    /// The providers that refused their keys.
    private final class Refused: Sendable {
        let names = Locked<Set<String>>([])
    }

    private let client: HTTPClient
    private let keys: Keys
    private let refused = Refused()
    private let calls: CallVariants
    private let pauses: RetryPauses
    private let mayGoOn: @Sendable (Target) async -> Bool

    /// - Parameters:
    ///   - calls: what is known of the targets' calls; what its probes learn is added.
    ///   - mayGoOn: asked before each call of a probe but the first: what was read meanwhile may forbid it.
    public init(
        client: HTTPClient, calls: CallVariants = CallVariants(), pauses: RetryPauses = RetryPauses(),
        mayGoOn: @escaping @Sendable (Target) async -> Bool = { _ in true }, keys: @escaping Keys
    ) {
        self.mayGoOn = mayGoOn
        self.client = client
        self.keys = keys
        self.pauses = pauses
        self.calls = calls
    }

    /// - Parameter credentials: by the provider's name; a provider without one is called without, unless it needs one.
    public init(
        client: HTTPClient, credentials: [String: Credential], calls: CallVariants = CallVariants(),
        pauses: RetryPauses = RetryPauses(), mayGoOn: @escaping @Sendable (Target) async -> Bool = { _ in true }
    ) {
        self.init(client: client, calls: calls, pauses: pauses, mayGoOn: mayGoOn) { provider, _ in
            credentials[provider.name]
        }
    }

    public func probe(
        _ target: Target, timeout: Duration, onNewConnection: Bool
    ) async throws(ProbeFailure) -> ProbeAnswer {
        let deadline = ContinuousClock.now + timeout
        let name = target.provider.name
        let credential = try await keys(target.provider, refused.names.withLock { $0.contains(name) })
        guard credential != nil || !target.provider.needsCredential else {
            throw ProbeFailure(
                .auth,
                "provider \"\(name)\" has no key and is not called; run `prompterd check` for details")
        }
        var exchange = try ProbeExchange(target, credential: credential, learned: calls[target.id])
        guard credential == nil || TransportSecurity.mayCarryCredential(url: exchange.request(timeout: .zero).url)
        else {
            throw ProbeFailure(
                .invalidRequest,
                "provider \"\(name)\": its key is sent only over https, or http to 127.0.0.1, [::1] or "
                    + "localhost")
        }
        do {
            let answer = try await run(
                &exchange, of: target, until: deadline, onNewConnection: onNewConnection)
            calls.take(answer, of: target.id)
            refused.names.withLock { _ = $0.remove(name) }
            return answer
        } catch {
            calls.take(error, of: target.id)
            if error.failureClass == .auth { refused.names.withLock { _ = $0.insert(name) } }
            throw error
        }
    }

    private func run(
        _ exchange: inout ProbeExchange, of target: Target, until deadline: ContinuousClock.Instant,
        onNewConnection: Bool
    ) async throws(ProbeFailure) -> ProbeAnswer {
        var tries = 0
        while true {
            do throws(ProbeFailure) {
                if let answer = try await call(&exchange, until: deadline, onNewConnection: onNewConnection) {
                    return answer
                }
                guard await mayGoOn(target) else {
                    let reason = "calls to the provider are paused"
                    do throws(ProbeFailure) {
                        return try exchange.fail(.timeout, reason)
                    } catch {
                        throw .notMade(reason)
                    }
                }
            } catch {
                guard !error.isOurs, let pause = pauses.pause(after: error, tries: tries, rest: deadline - .now)
                else { throw error }
                tries += 1
                do {
                    try await pauses.wait(pause)
                } catch {
                    throw ProbeFailure(.timeout, "the probe was stopped")
                }
                guard await mayGoOn(target) else { throw error }
            }
        }
    }

    /// Makes the next call of `exchange`.
    ///
    /// - Returns: `nil` where another is to follow.
    private func call(
        _ exchange: inout ProbeExchange, until deadline: ContinuousClock.Instant, onNewConnection: Bool
    ) async throws(ProbeFailure) -> ProbeAnswer? {
        let response: HTTPResponse
        do {
            var request = exchange.request(timeout: max(.zero, deadline - .now))
            request.isOnNewConnection = onNewConnection
            response = try await send(request, until: deadline)
        } catch {
            return try exchange.fail(error.failureClass, error.description)
        }
        return try exchange.take(response)
    }

    /// Some servers name a charset as their encoding, or say that plain text is compressed: asked again, they are read as they
    /// are.
    private func send(
        _ request: HTTPRequest, until deadline: ContinuousClock.Instant
    ) async throws(HTTPClientError) -> HTTPResponse {
        do throws(HTTPClientError) {
            return try await client.send(request)
        } catch {
            guard error.kind == .encoding, deadline > .now else { throw error }
            var again = request
            again.timeout = deadline - .now
            let response = try await client.send(again, isDecoded: false)
            // What is no text either is as broken as it seemed.
            guard String(validating: response.body, as: UTF8.self) != nil else { throw error }
            return response
        }
    }
}
