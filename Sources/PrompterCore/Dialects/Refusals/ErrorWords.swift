/// The words of an error, gathered wherever providers, gateways and imitators put them: `error`, `errors`, `detail`,
/// `metadata.raw`, a JSON text inside a text, with names in any case and with or without underscores.
struct ErrorWords {
    /// Every code, type, status and reason, in lower case.
    private(set) var codes: Set<String> = []
    /// The codes that are statuses of HTTP, the outermost first.
    private(set) var statuses: [Int] = []
    /// The members of the request that it is about, in lower case.
    private(set) var parameters: Set<String> = []
    /// What it says for people, the outermost first.
    private(set) var texts: [String] = []

    private static let deepest = 8
    private static let mostTexts = 16
    private static let mostMembers = 64
    private static let longestText = 4096

    private static let codeNames: Set<String> = [
        "code", "type", "status", "reason", "errorcode", "statuscode", "errortype", "errcode", "kind", "quotaid",
        "quotametric", "violatedrule",
    ]
    private static let parameterNames: Set<String> = ["param", "parameter", "field", "loc"]
    /// Those that say most come first.
    private static let textNames = [
        "message", "errormessage", "msg", "errormsg", "errmsg", "statusmsg", "detail", "error", "faultstring",
        "errordescription", "description", "title", "raw", "statustext", "exception", "providererror",
    ]
    private static let nestingNames: Set<String> = [
        "error", "errors", "detail", "details", "message", "innererror", "metadata", "baseresp", "response", "cause",
        "body", "header", "meta", "exception", "providererror", "fault", "violations", "fieldviolations", "raw", "data",
        "result",
    ]

    init(_ nodes: [JSONNode]) {
        for node in nodes { read(node, depth: 0) }
    }

    /// - Parameter text: one that stands alone.
    mutating func add(_ text: String, depth: Int = 0) {
        guard texts.count < Self.mostTexts, !text.isEmpty else { return }
        let text = String(text.prefix(Self.longestText))
        guard depth < Self.deepest, let (start, inner) = Self.inner(of: text) else { return texts.append(text) }
        let place = texts.count
        read(inner, depth: depth + 1)
        // What stands before the inner text tells who wraps it.
        let before = text[..<start].trimmed
        let told = place < texts.count ? texts[place] : String(text[start...])
        let whole = before.isEmpty ? told : "\(before) \(told)"
        if place < texts.count { texts[place] = whole } else { texts.append(whole) }
    }

    private mutating func read(_ node: JSONNode, depth: Int) {
        guard depth <= Self.deepest, texts.count < Self.mostTexts else { return }
        switch node.value {
        case .string(let text): add(text, depth: depth)
        case .array(let elements): for element in elements.prefix(Self.mostTexts) { read(element, depth: depth + 1) }
        case .object(let members):
            let named = members.prefix(Self.mostMembers).map { (name: Self.plain($0.name), node: $0.node) }
            for member in named { readName(member.name, member.node) }
            readTexts(named, depth: depth)
            for member in named where Self.nestingNames.contains(member.name) && member.node.string == nil {
                read(member.node, depth: depth + 1)
            }
        default: break
        }
    }

    private mutating func readName(_ name: String, _ node: JSONNode) {
        if Self.codeNames.contains(name) {
            take(code: node.string ?? node.integer.map(String.init) ?? "")
        } else if Self.parameterNames.contains(name) {
            for part in node.elements ?? [node] {
                // Python's `None`, as text.
                if let text = part.string?.lowercased(), !["", "none", "null"].contains(text) {
                    parameters.insert(text)
                }
            }
        } else if name == "error", let text = node.string, !text.contains(" ") {
            take(code: text)
        }
    }

    private mutating func take(code: String) {
        guard !code.isEmpty, code.utf8.count <= 256 else { return }
        codes.insert(code.lowercased())
        if let status = Int(code), (400...599).contains(status) { statuses.append(status) }
    }

    private mutating func readTexts(_ members: [(name: String, node: JSONNode)], depth: Int) {
        // FastAPI and Pydantic: where, and what.
        let place = members.first { $0.name == "loc" }?.node.elements?
            .compactMap { $0.string ?? $0.integer.map(String.init) }.joined(separator: ".")
        for name in Self.textNames {
            guard let text = members.first(where: { $0.name == name && $0.node.string != nil })?.node.string else {
                continue
            }
            add(name == "msg" ? [place, text].compactMap(\.self).joined(separator: ": ") : text, depth: depth)
        }
    }

    /// The JSON object that is written into `text`, and where it begins.
    private static func inner(of text: String) -> (start: String.Index, node: JSONNode)? {
        guard let start = text.firstIndex(of: "{"), let end = text.lastIndex(of: "}"), start < end,
            let node = try? JSONDocument(lenient: Array(text[start...end].utf8)).root
        else { return nil }
        return (start, node)
    }

    /// A name as it is compared, whatever language writes it: `statusCode`, `status_code`, `status-code` and `StatusCode` are one.
    static func plain(_ name: String) -> String {
        // By scalars: to find where characters end takes longer than all else that is done with an answer.
        String(String.UnicodeScalarView(name.lowercased().unicodeScalars.filter { $0 != "_" && $0 != "-" }))
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
