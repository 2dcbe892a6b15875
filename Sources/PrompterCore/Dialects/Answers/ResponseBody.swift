/// The body of a response, in whatever shape it came: a JSON object, an array of them (Google's stream), a stream of events, or
/// a text of somebody who is no provider.
struct ResponseBody {
    let bytes: [UInt8]
    /// The objects in it, in their order: a stream has several.
    private(set) var objects: [JSONNode] = []
    /// Whether they are the elements of an array.
    private(set) var isArray = false
    /// Whether it came as a stream of events.
    private(set) var isStream = false
    /// What a stream tells as an error.
    private(set) var streamedErrors: [JSONNode] = []
    /// A text that is the whole body: JSON's, or none.
    private(set) var text: String?
    /// Why it is no JSON.
    private(set) var fault: JSONSyntaxError?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        do throws(JSONSyntaxError) {
            let root = try JSONDocument(lenient: bytes).root
            switch root.value {
            case .object:
                let lines = EventStream.objects(inLinesOf: bytes)
                objects = lines.isEmpty ? [root] : lines
            case .array(let elements):
                isArray = true
                objects = elements.filter(\.isObject)
            case .string(let string): text = string
            default: break
            }
        } catch {
            if let stream = EventStream(bytes) {
                isStream = true
                read(stream)
            } else {
                fault = error
            }
        }
    }

    private mutating func read(_ stream: EventStream) {
        for event in stream.events {
            let values = event.values
            objects += values.filter(\.isObject).map(Self.unwrapped)
            guard event.name == "error" else { continue }
            if values.isEmpty {
                let text = String(decoding: Array(event.data.joined(separator: [0x0A])), as: UTF8.self)
                streamedErrors.append(JSONNode(offset: 0, value: .string(text)))
            }
            streamedErrors += values
        }
    }

    /// The answer inside an event of OpenAI's Responses API (`response.created`) or of Anthropic's messages (`message_start`).
    private static func unwrapped(_ event: JSONNode) -> JSONNode {
        let type = event["type"]?.string ?? ""
        let inner = type == "message_start" ? event["message"] : type.hasPrefix("response.") ? event["response"] : nil
        return inner.flatMap { $0.isObject ? $0 : nil } ?? event
    }

    /// Its first line, for people: of a page of HTML the title; empty where there is none.
    var firstLine: String { text.map { BodyText.firstLine(of: Array($0.utf8)) } ?? BodyText.firstLine(of: bytes) }

    /// Whether it is a page for people's browsers, whose words are nobody's answer.
    var isPage: Bool { BodyText.isMarkup(bytes) }
}

extension JSONNode {
    var isObject: Bool { if case .object = value { true } else { false } }
}
