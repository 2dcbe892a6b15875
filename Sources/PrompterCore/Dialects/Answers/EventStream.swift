/// A stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream):
/// some servers stream although they are told not to.
struct EventStream {
    /// One event: its name, empty for none, and its lines of data.
    struct Event {
        var name = ""
        var data: [ArraySlice<UInt8>] = []

        /// The JSON values in its data: one over all the lines, or, of a server that forgets the empty line between two
        /// events, one a line.
        var values: [JSONNode] {
            let whole = Array(data.joined(separator: [0x0A]))
            // What is whole in one line is followed by another event, and not by more of its own.
            if data.count == 1 || EventStream.value(of: data.first ?? []) == nil,
                let document = try? JSONDocument(lenient: whole)
            {
                return [document.root]
            }
            guard data.count > 1 else { return [] }
            return data.compactMap(EventStream.value)
        }
    }

    /// A probe's answer is short; what streams without an end is not read to it.
    private static let mostEvents = 10_000
    private static let fields = ["data", "event", "id", "retry", ""]

    private(set) var events: [Event] = []

    /// - Returns: `nil` where `body` does not begin as a stream does.
    init?(_ body: [UInt8]) {
        let text = body.starts(with: [0xEF, 0xBB, 0xBF]) ? body[3...] : body[...]
        let start = text.drop { $0 == 0x0A || $0 == 0x0D }
        let name = Self.name(of: start)
        guard Self.fields.contains(name), start.dropFirst(name.utf8.count).first == UInt8(ascii: ":") else {
            return nil
        }
        var event = Event()
        for line in Self.lines(of: start) + [[]] where events.count < Self.mostEvents {
            if line.isEmpty {
                if !event.data.isEmpty { events.append(event) }
                event = Event()
                continue
            }
            // Some servers forget the field's name where they break off with an error.
            if line.first == UInt8(ascii: "{") {
                events.append(Event(data: [line]))
                continue
            }
            var value = line.dropFirst(Self.name(of: line).utf8.count + 1)
            if value.first == 0x20 { value.removeFirst() }
            switch Self.name(of: line) {
            case "data": event.data.append(value)
            case "event": event.name = String(decoding: value, as: UTF8.self)
            default: break
            }
        }
    }

    /// The objects of a body that has one in each line; none where its first line holds no whole one.
    static func objects(inLinesOf body: [UInt8]) -> [JSONNode] {
        let lines = lines(of: body[...]).filter { !$0.isEmpty }.prefix(mostEvents)
        guard lines.count > 1, let first = lines.first, value(of: first)?.isObject == true else { return [] }
        return lines.compactMap(value).filter(\.isObject)
    }

    private static func value(of line: ArraySlice<UInt8>) -> JSONNode? {
        try? JSONDocument(lenient: Array(line)).root
    }

    private static func name(of line: ArraySlice<UInt8>) -> String {
        String(decoding: line.prefix(6).prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
    }

    /// The lines of `bytes`, each ended by CR LF, LF or CR.
    private static func lines(of bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        var index = start
        while index < bytes.endIndex {
            defer { index += 1 }
            guard bytes[index] == 0x0A || bytes[index] == 0x0D else { continue }
            lines.append(bytes[start..<index])
            if bytes[index] == 0x0D, index + 1 < bytes.endIndex, bytes[index + 1] == 0x0A { index += 1 }
            start = index + 1
        }
        return lines + [bytes[start...]]
    }
}
