import Foundation
import PrompterCore
import Testing

/// Targets and responses of dialects, for tests of what is sent and read.
enum DialectExample {
    static let urls: [Dialect: String] = [
        .openAI: "https://api.openai.com/v1", .azureOpenAI: "https://acme.openai.azure.com",
        .google: "https://generativelanguage.googleapis.com/v1beta", .anthropic: "https://api.anthropic.com/v1",
        .openAICompatible: "http://127.0.0.1:8000/v1",
    ]

    /// A target whose probe begins with `form`.
    ///
    /// - Parameter isFree: whether it may go on with another API.
    static func target(
        _ dialect: Dialect, _ form: CallForm, model: String = "model-1", isFree: Bool = false
    ) -> Target {
        Target(
            provider: Provider(
                name: "p", dialect: dialect, baseURL: urls[dialect] ?? "",
                api: !isFree && (form == .chat || form == .responses) ? form : nil,
                probe: form.isFree ? .metadata : .completion, server: form == .tags ? .ollama : nil),
            model: model)
    }

    static func response(_ body: String) -> HTTPResponse { response(200, [], body) }

    static func response(_ status: Int, _ headers: [HTTPHeader], _ body: String) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Array(body.utf8), duration: .milliseconds(7))
    }

    /// The objects of a file of JSON lines.
    static func lines(_ path: String) throws -> [JSONNode] {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        return try bytes.split(separator: UInt8(ascii: "\n")).map { try JSONDocument(Array($0)).root }
    }

    static func fixtures(_ name: String) throws -> [JSONNode] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
        return try lines("\(tests)/Responses/\(name).jsonl")
    }

    static func headers(_ node: JSONNode?) -> [HTTPHeader] {
        guard case .object(let members) = node?.value else { return [] }
        return members.map { HTTPHeader($0.name, $0.node.string ?? "") }
    }

    /// A text as it is, all else as JSON.
    static func body(_ node: JSONNode?) -> [UInt8] {
        Array((node?.string ?? node?.plain.text ?? "").utf8)
    }
}
