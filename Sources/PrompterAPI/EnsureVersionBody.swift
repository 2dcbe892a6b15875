import PrompterCore

/// The body of an ensure-version request: what the service layer's own router takes, and `force`.
struct EnsureVersionBody {
    private static let texts = ["org_id", "workspace_id", "provider", "model_id"]
    /// How many JSON values a body may have: each takes a hundred times its byte.
    private static let mostValues = 2000
    /// The longest name of anything, in Unicode characters: as in a watchlist.
    private static let longestName = 256

    /// Why it can't be read, in one line.
    struct Problem: Error, Hashable {
        var description: String
    }

    /// Reads `bytes`; nothing at all is an empty object. Members of other names are left aside, as the router's own model does.
    ///
    /// - Throws: ``Problem``.
    static func read(_ bytes: [UInt8], template: String) throws(Problem) -> VersionRequest {
        guard !template.isEmpty, template.unicodeScalars.count <= longestName else {
            throw Problem(description: "the template should have 1 to \(longestName) characters")
        }
        var request = VersionRequest(template: template)
        guard !bytes.isEmpty else { return request }
        let root: JSONNode
        do {
            root = try JSONDocument(bytes, mostValues: mostValues).root
        } catch {
            throw Problem(description: "the body is no JSON: \(error.message) at byte \(error.offset)")
        }
        guard case .object = root.value else {
            throw Problem(description: "the body should be an object, not \(root.kind)")
        }
        let names = try texts.map { (name) throws(Problem) in try text(root, name, limit: longestName) }
        (request.org, request.workspace, request.provider, request.model) = (names[0], names[1], names[2], names[3])
        request.systemInstructions = try text(root, "system_instructions", limit: .max)
        if let node = root["inference_params"], node.plain != .null {
            request.inferenceParameters = try parameters(node)
        }
        if let node = root["force"], node.plain != .null {
            guard case .bool(let isForced) = node.value else {
                throw Problem(description: "force should be true or false, not \(node.kind)")
            }
            request.isForced = isForced
        }
        return request
    }

    /// - Returns: `nil` where it is left out, null or empty.
    private static func text(_ root: JSONNode, _ name: String, limit: Int) throws(Problem) -> String? {
        guard let node = root[name], node.plain != .null else { return nil }
        guard let text = node.string else {
            throw Problem(description: "\(name) should be a string, not \(node.kind)")
        }
        guard text.unicodeScalars.count <= limit else {
            throw Problem(description: "\(name) is longer than \(limit) characters")
        }
        return text.isEmpty ? nil : text
    }

    private static func parameters(_ node: JSONNode) throws(Problem) -> JSONValue? {
        guard case .object(let members) = node.value else {
            throw Problem(description: "inference_params should be an object, not \(node.kind)")
        }
        return members.isEmpty ? nil : node.plain
    }
}
