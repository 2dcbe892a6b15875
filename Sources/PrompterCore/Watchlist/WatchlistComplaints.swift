/// Collects what is wrong while a watchlist is read, and reads values in a way that collects.
struct WatchlistComplaints {
    /// A value's place in the document. Its text is only made for a complaint.
    enum Place {
        case document
        case member(String)
        case provider(String, String)
        case watch(Int, String)

        var path: String {
            switch self {
            case .document: ""
            case .member(let name): name
            case .provider(let name, ""): "providers.\(name)"
            case .provider(let name, let member): "providers.\(name).\(member)"
            case .watch(let index, ""): "watches[\(index)]"
            case .watch(let index, let member): "watches[\(index)].\(member)"
            }
        }
    }

    private struct Complaint {
        var offset: Int
        var path: String
        var message: String
    }

    /// How many complaints are kept; the rest is counted. A file of the wrong kind could bring millions.
    private static let most = 1000

    private var complaints: [Complaint] = []
    private var left = 0

    var isEmpty: Bool { complaints.isEmpty }

    mutating func add(_ message: @autoclosure () -> String, at offset: Int, _ place: Place) {
        guard complaints.count < Self.most else {
            left += 1
            return
        }
        complaints.append(Complaint(offset: offset, path: place.path, message: message()))
    }

    /// The complaints in the order of the document, and last how many are left out.
    func errors(in source: WatchlistSource) -> [WatchlistError] {
        let sorted = complaints.sorted { ($0.offset, $0.path) < ($1.offset, $1.path) }
        let positions = TextPosition.positions(of: sorted.map(\.offset), in: source.bytes)
        let errors = zip(sorted, positions).map {
            WatchlistError(file: source.file, position: $1, path: $0.path, message: $0.message)
        }
        guard left > 0 else { return errors }
        return errors + [WatchlistError(file: source.file, message: "\(left) more errors; correct those above first")]
    }

    /// The members of an object; every name that is not among `known` is complained of.
    mutating func members(of node: JSONNode, known: [String], at place: Place, inner: (String) -> Place) -> [JSONNode
        .Member]?
    {
        guard case .object(let members) = node.value else {
            add("should be an object, not \(node.kind)", at: node.offset, place)
            return nil
        }
        for member in members where !known.contains(member.name) {
            add(
                "no such key\(Suggestion.text(for: member.name, among: known))", at: member.nameOffset,
                inner(member.name))
        }
        return members
    }

    /// A text that is not empty and not longer than `limit` characters, counted as JSON Schema
    /// does (RFC 8259, section 1: Unicode characters, which Swift calls scalars).
    mutating func name(_ node: JSONNode?, at place: Place, limit: Int = 256) -> String? {
        guard let node, let text = string(node, at: place) else { return nil }
        guard !text.isEmpty else {
            add("must not be empty", at: node.offset, place)
            return nil
        }
        guard text.unicodeScalars.count <= limit else {
            add("is longer than \(limit) characters", at: node.offset, place)
            return nil
        }
        return text
    }

    mutating func string(_ node: JSONNode, at place: Place) -> String? {
        if let text = node.string { return text }
        add("should be a string, not \(node.kind)", at: node.offset, place)
        return nil
    }

    /// One of some words. What is none of them is complained of with what it may be.
    ///
    /// - Parameter thing: what the words name, for the complaint.
    mutating func word<Word: RawRepresentable<String>>(
        _ node: JSONNode?, among words: [Word], _ thing: String, at place: Place
    ) -> Word? {
        guard let node, let text = string(node, at: place) else { return nil }
        let names = words.map(\.rawValue)
        if let index = names.firstIndex(of: text) { return words[index] }
        let suggestion = Suggestion.text(for: text, among: names)
        add(
            "no \(thing) named \"\(text)\"\(suggestion.isEmpty ? "; it should be one of \(names.joined(separator: ", "))" : suggestion)",
            at: node.offset, place)
        return nil
    }

    mutating func boolean(_ node: JSONNode, at place: Place) -> Bool? {
        if case .bool(let flag) = node.value { return flag }
        add("should be true or false, not \(node.kind)", at: node.offset, place)
        return nil
    }

    mutating func integer(_ node: JSONNode, in range: ClosedRange<Int>, at place: Place) -> Int? {
        if let number = node.integer, range.contains(number) { return number }
        add("should be a whole number from \(range.lowerBound) to \(range.upperBound)", at: node.offset, place)
        return nil
    }

    mutating func duration(_ node: JSONNode?, in range: ClosedRange<Duration>, at place: Place) -> Duration? {
        guard let node, let text = string(node, at: place) else { return nil }
        guard let duration = DurationText.parse(text) else {
            add("\"\(text)\" is not \(DurationText.expectation)", at: node.offset, place)
            return nil
        }
        guard range.contains(duration) else {
            add(
                "should be from \(DurationText.format(range.lowerBound)) to \(DurationText.format(range.upperBound))",
                at: node.offset, place)
            return nil
        }
        return duration
    }
}
