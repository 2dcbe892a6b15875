/// Any server that speaks OpenAI's chat completions.
enum OpenAICompatibleDialect: OpenAIStyle {
    static let keys: Set<DialectKey> = [.api, .server]
    static let cap = OutputCap.tokens

    /// Ollama's digest says more than a completion.
    static func usualProbe(on server: Server?) -> ProbeKind { server == .ollama ? .metadata : .completion }

    static func lookup(on server: Server?) -> CallForm? { server == .ollama ? .tags : .lookup }

    /// Where the entry leaves it open, a server that is known to tell more is asked.
    static func companion(of target: Target, after answer: CallAnswer, _ response: HTTPResponse) -> CallForm? {
        let isWanted =
            target.kind == .both || target.provider.probe == nil && ModelListing.tellsMore(than: answer, response)
        return isWanted ? lookup(on: target.provider.server) : nil
    }

    static func url(_ form: CallForm, of target: Target) -> String {
        guard form == .tags else {
            // Few of these servers know the address of one model alone.
            return "\(target.provider.baseURL)/\(form == .lookup ? "models" : path(of: form))"
        }
        var root = target.provider.baseURL[...]
        if root.hasSuffix("/v1") { root.removeLast("/v1".count) }
        return "\(root)/api/tags"
    }

    static func read(_ form: CallForm, _ body: SuccessBody, of target: Target) throws(ProbeFailure) -> CallAnswer {
        if form == .tags { return try OllamaTags.read(body, of: target) }
        if form == .lookup { return try ModelListing.read(body, of: target) }
        var answer = try readCompletion(form, body)
        // Ollama's is this constant, whatever the model (openai/openai.go).
        if target.provider.server == .ollama || answer.fingerprint == "fp_ollama" { answer.fingerprint = nil }
        if target.provider.server == .ollama { answer.shows.remove(.fingerprint) }
        return answer
    }
}
