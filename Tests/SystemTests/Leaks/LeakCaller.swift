/// A dialect as a provider's entry chooses it, and how its keys look.
struct LeakCaller: Sendable {
    /// Where a key is taken from.
    enum Place: CaseIterable {
        case file, variable, service, usual
    }

    let name: String
    /// Of the provider's entry.
    let members: String
    /// How its keys begin.
    let beginning: String
    /// The variable that its own library reads.
    let usual: [LeakSite.Variables: String]

    static let all = [
        LeakCaller(
            name: "openai", members: #""dialect":"openai","api":"chat","probe":"both""#, beginning: "sk-proj-",
            usual: [.keys: "OPENAI_API_KEY"]),
        LeakCaller(
            name: "responses", members: #""dialect":"openai","api":"responses""#, beginning: "sk-svcacct-", usual: [:]),
        LeakCaller(
            name: "azure", members: #""dialect":"azure-openai","api_version":"2024-10-21""#, beginning: "",
            usual: [.keys: "AZURE_OPENAI_API_KEY", .tokens: "AZURE_OPENAI_AD_TOKEN"]),
        LeakCaller(
            name: "google", members: #""dialect":"google","probe":"both""#, beginning: "AIzaSy",
            usual: [.keys: "GOOGLE_API_KEY", .tokens: "GEMINI_API_KEY"]),
        LeakCaller(
            name: "anthropic", members: #""dialect":"anthropic","probe":"both""#, beginning: "sk-ant-api03-",
            usual: [.keys: "ANTHROPIC_API_KEY", .tokens: "ANTHROPIC_AUTH_TOKEN"]),
        LeakCaller(name: "compatible", members: #""dialect":"openai-compatible""#, beginning: "", usual: [:]),
    ]
}
