import Glibc
import OutsideParts
import PrompterCore
import Testing

@testable import LinuxHost

struct CatalogTests {
    /// Both ways: each kind is explained, and nothing that no line has.
    @Test func explainsEachKindOfMessage() throws {
        let entries = try Catalog.entries()
        let explained = Set(entries.map { "# \($0.name)\n-- \($0.id)" })
        let kinds = Set(MessageKind.allCases.map { "# \($0)\n-- \($0.id)" })
        #expect(entries.count == explained.count)
        let (missing, unknown) = (kinds.subtracting(explained), explained.subtracting(kinds))
        #expect(missing.isEmpty, "add to the catalogue:\n\(missing.joined(separator: "\n"))")
        #expect(unknown.isEmpty, "remove from the catalogue:\n\(unknown.joined(separator: "\n"))")
    }

    @Test func saysWhatEachMeans() throws {
        for entry in try Catalog.entries() {
            #expect(
                ["Subject", "Defined-By", "Support", "Documentation"].allSatisfy { name in
                    entry.headers.contains { $0.hasPrefix("\(name): ") }
                }, "\(entry.name)")
            #expect(!entry.text.isEmpty && entry.text.allSatisfy { $0.count <= 76 }, "\(entry.name)")
        }
    }

    /// journalctl(1) puts the name of a field in its place where an entry has none: only a failure and an event always have
    /// a provider and a model.
    @Test func refersOnlyToFieldsThatItsEntriesHave() throws {
        for entry in try Catalog.entries() {
            let fields = Set((entry.headers + entry.text).flatMap { $0.matches(of: /@([A-Z_]+)@/) }.map(\.output.1))
            let isOfTarget = ["failure_", "event_", "target_", "lookup_"].contains { entry.name.hasPrefix($0) }
            let isOfProvider = ["provider_", "credential_"].contains { entry.name.hasPrefix($0) }
            let known: Set<Substring> =
                isOfTarget ? ["PROMPTER_PROVIDER", "PROMPTER_MODEL"] : isOfProvider ? ["PROMPTER_PROVIDER"] : []
            #expect(fields.isSubset(of: known), "\(entry.name)")
        }
    }
}
