public import PrompterCore

/// The prober that really calls providers. Every probe is one request: it never tries again by itself.
public struct LiveProber: Prober {
    private let client: HTTPClient
    private let credentials: [String: Credential]

    /// - Parameter credentials: by the provider's name; a provider without one is called without.
    public init(client: HTTPClient, credentials: [String: Credential]) {
        self.client = client
        self.credentials = credentials
    }

    public func probe(_ target: Target, timeout: Duration) async throws(ProbeFailure) -> ProbeAnswer {
        let provider = target.provider
        switch provider.dialect {
        case .openAI, .openAICompatible:
            break
        case .stub:
            throw ProbeFailure(.invalidRequest, "provider \"\(provider.name)\" is a stub, which is never called")
        case .azureOpenAI, .google, .anthropic:
            throw ProbeFailure(
                .invalidRequest, "live probes of the dialect \"\(provider.dialect.rawValue)\" are not supported yet")
        }
        let credential = credentials[provider.name]
        let request = ChatCompletions.request(for: target, credential: credential, timeout: timeout)
        guard credential == nil || TransportSecurity.mayCarryCredential(url: request.url) else {
            throw ProbeFailure(
                .invalidRequest,
                "provider \"\(provider.name)\": its key is sent only over https, or http to 127.0.0.1, [::1] or localhost"
            )
        }
        let response: HTTPResponse
        do {
            response = try await client.send(request)
        } catch {
            throw ProbeFailure(error.failureClass, error.description)
        }
        return try ChatCompletions.answer(in: response)
    }
}
