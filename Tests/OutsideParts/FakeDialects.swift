import PrompterCore

/// Right answers in every dialect, as short as the providers' documented shapes allow. The model that answers is the one that
/// was asked for with `-2026` behind it, its fingerprint is `fp_` and its name. A model `status-429` is refused with that status.
public enum FakeDialects {
    /// The models that Ollama's list holds.
    public static let tags = ["m"] + (0..<200).map { "m-\($0)" }

    @Sendable public static func answer(_ request: RecordedRequest) -> FakeAnswer {
        let path = request.path.prefix { $0 != "?" }
        let last = path.split(separator: "/").last.map(String.init) ?? ""
        let asked = (try? JSONDocument(request.body))?.root["model"]?.string
        let model = asked ?? (last.hasSuffix(generating) ? String(last.dropLast(generating.count)) : last)
        if model.hasPrefix("status-"), let status = Int(model.dropFirst("status-".count)) {
            return .json(refusal(status, request), status: status)
        }
        if request.method == "GET" { return lookup(model, request) }
        switch last {
        case "completions": return .completion(model: "\(model)-2026", fingerprint: "fp_\(model)")
        case "responses": return .json(responses(model))
        case "messages": return .json(message(model))
        case _ where last.hasSuffix(generating): return .json(generated(model))
        default: return .json(#"{"error":{"message":"Invalid URL","type":"invalid_request_error"}}"#, status: 404)
        }
    }

    private static let generating = ":generateContent"

    private static func refusal(_ status: Int, _ request: RecordedRequest) -> String {
        if request.header("anthropic-version") != nil {
            return #"{"type":"error","error":{"type":"api_error","message":"no"},"request_id":"req_1"}"#
        }
        if request.path.contains("v1beta") {
            return #"{"error":{"code":\#(status),"message":"no","status":"INTERNAL","details":[]}}"#
        }
        return #"{"error":{"message":"no","type":"invalid_request_error","param":null,"code":null}}"#
    }

    /// Which dialect a lookup is of, its headers tell.
    private static func lookup(_ model: String, _ request: RecordedRequest) -> FakeAnswer {
        if model == "tags" {
            let models = tags.map { #"{"name":"\#($0):latest","model":"\#($0):latest","digest":"sha-\#($0)"}"# }
            return .json(#"{"models":[\#(models.joined(separator: ","))]}"#)
        }
        if request.header("anthropic-version") != nil {
            return .json(
                #"{"type":"model","id":"\#(model)-2026","display_name":"M","created_at":"2026-01-01T00:00:00Z","#
                    + #""max_tokens":64000,"max_input_tokens":200000}"#)
        }
        if request.path.contains("v1beta") {
            return .json(
                #"{"name":"models/\#(model)-2026","version":"001","displayName":"M","inputTokenLimit":1000,"#
                    + #""outputTokenLimit":100,"supportedGenerationMethods":["generateContent"]}"#)
        }
        return .json(
            #"{"id":"\#(model)-2026","object":"model","created":1790000000,"owned_by":"system","#
                + #""shutdown_date":"2027-01-01"}"#)
    }

    private static func responses(_ model: String) -> String {
        #"{"id":"resp_1","object":"response","created_at":1790000000,"status":"incomplete","error":null,"#
            + #""incomplete_details":{"reason":"max_output_tokens"},"model":"\#(model)-2026","output":[],"#
            + #""parallel_tool_calls":true,"tool_choice":"auto","tools":[],"#
            + #""usage":{"input_tokens":8,"input_tokens_details":{"cached_tokens":0},"output_tokens":1,"#
            + #""output_tokens_details":{"reasoning_tokens":1},"total_tokens":9}}"#
    }

    private static func message(_ model: String) -> String {
        #"{"id":"msg_1","type":"message","role":"assistant","model":"\#(model)-2026","#
            + #""content":[{"type":"text","text":"x"}],"stop_reason":"max_tokens","stop_sequence":null,"#
            + #""usage":{"input_tokens":8,"output_tokens":1}}"#
    }

    private static func generated(_ model: String) -> String {
        #"{"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS","index":0}],"#
            + #""usageMetadata":{"promptTokenCount":8,"thoughtsTokenCount":1,"totalTokenCount":9},"#
            + #""modelVersion":"\#(model)-2026","responseId":"r"}"#
    }
}
