/// Azure OpenAI: deployments with a dated `api-version`, or without one the v1 API, which is OpenAI's own
/// (https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle).
///
/// It has no lookup: what the data plane tells is of the base model, not of what a deployment stands for now.
enum AzureOpenAIDialect: OpenAIStyle {
    static let credentialVariables = [
        Dialect.CredentialVariable("AZURE_OPENAI_API_KEY"),
        Dialect.CredentialVariable("AZURE_OPENAI_AD_TOKEN", isToken: true),
    ]
    static let keys: Set<DialectKey> = [.api, .apiVersion]
    static let cap = OutputCap.completionTokens

    static func faults(api: CallForm?, apiVersion: String?) -> [(key: DialectKey, message: String)] {
        guard let apiVersion else { return [] }
        var faults: [(key: DialectKey, message: String)] = []
        if !isVersion(apiVersion) {
            faults.append((.apiVersion, "should be an Azure API version, such as 2024-10-21"))
        }
        if api == .responses {
            faults.append(
                (.api, "Azure deployments have no Responses API; omit \"api_version\" to use the v1 API"))
        }
        return faults
    }

    static func authentication(_ credential: Credential) -> HTTPHeader {
        HTTPHeader("api-key", credential.reveal())
    }

    static func url(_ form: CallForm, of target: Target) -> String {
        let base = target.provider.baseURL
        let path = path(of: form)
        // Deployments have no Responses API; every resource has the v1 API, which needs no version.
        guard let version = target.provider.apiVersion, form != .responses else {
            if base.hasSuffix("/v1") { return "\(base)/\(path)" }
            if base.hasSuffix("/openai/deployments") { return "\(base.dropLast("/deployments".count))/v1/\(path)" }
            return base.hasSuffix("/openai") ? "\(base)/v1/\(path)" : "\(base)/openai/v1/\(path)"
        }
        // The portal shows the address with one of these ends, or with none.
        var root = base[...]
        for end in ["/v1", "/deployments"] where root.hasSuffix("/openai\(end)") { root.removeLast(end.count) }
        if !root.hasSuffix("/openai") { root += "/openai" }
        return "\(root)/deployments/\(CallRequest.segment(target.model))/\(path)?api-version=\(version)"
    }

    static func read(_ form: CallForm, _ body: SuccessBody, of target: Target) throws(ProbeFailure) -> CallAnswer {
        var answer = try readCompletion(form, body)
        // Names the session of the backend that answered; gateways take it out.
        answer.metadata = try body.header("azureml-model-session")
        answer.shows.insert(.metadata)
        return answer
    }

    static func stubVersion(of model: String) -> VersionIdentity? {
        VersionIdentity(resolvedModel: model, fingerprint: "fp_stub_azure_\(SHA256.hexadecimal(model).prefix(8))")
    }

    /// It goes into a URL's query as it is.
    private static func isVersion(_ text: String) -> Bool {
        text.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}
