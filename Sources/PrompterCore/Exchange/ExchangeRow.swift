/// One line of an export.
public struct ExchangeRow: Hashable, Sendable {
    /// Why a line is none.
    public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        public var description: String

        init(_ reason: String) {
            description = reason
        }
    }

    /// The form that this program writes; the first line of an export names it. In the first form metadata was a version's.
    public static let form = 2

    public var table: ExchangeTable
    /// In the order of the table's columns.
    public var values: [ExchangeValue]

    public init(_ table: ExchangeTable, _ values: [ExchangeValue]) {
        self.table = table
        self.values = values
    }

    /// The value of the column `name`; null where the table has none of that name.
    public subscript(name: String) -> ExchangeValue {
        table.columns.firstIndex { $0.name == name }.map { values[$0] } ?? .null
    }

    /// The first line of an export.
    public static var heading: String {
        JSONValue.object([.init("row", .string("export")), .init("form", .integer(form))]).text
    }

    /// The row as one line of JSON, without its end. Members that stand for nothing are left out.
    public var line: String {
        var members: [JSONValue.JSONMember] = [.init("row", .string(table.rawValue))]
        for (column, value) in zip(table.columns, values) {
            if let json = column.json(value) { members.append(.init(column.name, json)) }
        }
        return JSONValue.object(members).text
    }

    /// Reads a line.
    ///
    /// - Returns: `nil` for an export's first line.
    /// - Throws: ``Refusal`` where it is no row, or none of this form.
    public static func read(_ line: some Sequence<UInt8>) throws(Refusal) -> ExchangeRow? {
        let document: JSONDocument
        do {
            document = try JSONDocument(Array(line))
        } catch {
            throw Refusal("not JSON: \(error)")
        }
        return try read(document)
    }

    static func read(_ document: JSONDocument) throws(Refusal) -> ExchangeRow? {
        guard case .object(let members) = document.root.value else {
            throw Refusal("expected an object here, not \(document.root.kind)")
        }
        if let twice = document.duplicateNames.first { throw Refusal("\(SafeText(twice.name)) appears twice") }
        guard let name = document.root["row"]?.string else { throw Refusal("row is missing") }
        if name == "export" {
            guard let given = document.root["form"]?.integer, (1...form).contains(given) else {
                throw Refusal("a newer prompterd wrote this; install that version")
            }
            return nil
        }
        guard let table = ExchangeTable(rawValue: name) else {
            let suggestion = Suggestion.text(for: name, among: ExchangeTable.allCases.map(\.rawValue))
            throw Refusal("unknown row type \"\(SafeText(name))\"\(suggestion)")
        }
        let columns = table.columns
        var nodes = [JSONNode?](repeating: nil, count: columns.count)
        // Members stand in the order of their columns, as a rule.
        var next = 0
        for member in members where member.name != "row" {
            let index =
                columns[next...].firstIndex { $0.name == member.name } ?? columns.firstIndex { $0.name == member.name }
            guard let index else { throw Refusal("\(name) rows have no \"\(SafeText(member.name))\"") }
            nodes[index] = member.node
            next = index + 1
        }
        var values: [ExchangeValue] = []
        values.reserveCapacity(columns.count)
        for (column, node) in zip(columns, nodes) {
            guard let node else {
                guard column.isOptional else { throw Refusal("\(column.name) is missing") }
                values.append(column.absent)
                continue
            }
            guard let value = column.value(node) else {
                throw Refusal("\(column.name) should be \(column.expectation)")
            }
            values.append(value)
        }
        let row = ExchangeRow(table, values)
        try row.validate()
        return row
    }

    /// What no column can say by itself.
    private func validate() throws(Refusal) {
        switch table {
        case .target, .observation: break
        case .version:
            guard
                VersionIdentity(
                    resolvedModel: self["resolved_model"].text, fingerprint: self["fingerprint"].text,
                    digest: self["digest"].text) != nil
            else {
                throw Refusal("it names no version")
            }
            try validateOrder("first_seen_at", "last_seen_at")
        case .binding: try validateOrder("valid_from", "valid_until")
        case .tally:
            try validateOrder("first_at", "last_at")
            guard let first = self["first_at"].time, let last = self["last_at"].time,
                Self.day(of: first) == self["day"].integer, Self.day(of: last) == self["day"].integer
            else { throw Refusal("first_at and last_at are not within its day") }
        case .event:
            if case .text(let watch) = self["watch"] {
                let count = (try? JSONDocument(Array(watch.utf8)))?.root.elements?.count
                guard count == 5 else { throw Refusal("watch should be five strings") }
            }
            guard let id = self["id"].text, (1...64).contains(id.utf8.count) else {
                throw Refusal("id should be 1 to 64 bytes")
            }
        }
    }

    private func validateOrder(_ first: String, _ last: String) throws(Refusal) {
        guard let begin = self[first].time, let end = self[last].time, end < begin else { return }
        throw Refusal("\(last) is earlier than \(first)")
    }

    /// The day that `time` is in, counted from 1970-01-01 in UTC: what a tally is of.
    public static func day(of time: Timestamp) -> Int64 {
        let (days, rest) = time.milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        return rest < 0 ? days - 1 : days
    }
}
