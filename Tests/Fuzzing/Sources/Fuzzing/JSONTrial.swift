import PrompterCore

/// What is read and written again reads the same; every place is where it is said to be.
enum JSONTrial {
    static func run(_ input: [UInt8]) {
        let document: JSONDocument
        do {
            document = try JSONDocument(input)
        } catch {
            precondition((0...input.count).contains(error.offset) && !error.message.isEmpty, "\(error)")
            return
        }
        checkPlaces(document.root, in: input)
        for member in document.duplicateNames { precondition(input[member.nameOffset] == UInt8(ascii: "\"")) }
        let value = document.root.plain
        precondition(isSame(read(value.text).root.plain, value), "written anew it reads otherwise")
        let canonical = read(value.canonicalText)
        precondition(canonical.root.plain.canonicalText == value.canonicalText, "the canonical text is not")
        precondition(canonical.duplicateNames.count == document.duplicateNames.count, "names became others")
    }

    private static func read(_ text: String) -> JSONDocument {
        do {
            return try JSONDocument(Array(text.utf8))
        } catch {
            fatalError("what was written is no JSON: \(error)")
        }
    }

    /// Texts are compared by their bytes: Swift's own comparison takes different spellings of one character as equal.
    private static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left.utf8.elementsEqual(right.utf8)
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left.elementsEqual(right, by: isSame)
        case (.object(let left), .object(let right)):
            left.elementsEqual(right) { $0.name.utf8.elementsEqual($1.name.utf8) && isSame($0.value, $1.value) }
        default: false
        }
    }

    private static func checkPlaces(_ node: JSONNode, in input: [UInt8]) {
        let first = Character(Unicode.Scalar(input[node.offset]))
        switch node.value {
        case .null: precondition(first == "n")
        case .bool(let flag): precondition(first == (flag ? "t" : "f"))
        case .number(let digits): precondition(input[node.offset...].starts(with: digits.utf8))
        case .string: precondition(first == "\"")
        case .array(let elements):
            precondition(first == "[")
            for element in elements { checkPlaces(element, in: input) }
        case .object(let members):
            precondition(first == "{")
            for member in members {
                precondition(input[member.nameOffset] == UInt8(ascii: "\""))
                checkPlaces(member.node, in: input)
            }
        }
    }
}
