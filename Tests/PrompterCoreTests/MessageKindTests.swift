import PrompterCore
import Testing

struct MessageKindTests {
    @Test func noTwoAreAlike() {
        let kinds = MessageKind.allCases
        #expect(Set(kinds).count == kinds.count)
        #expect(Set(kinds.map(\.description)).count == kinds.count)
        #expect(Set(kinds.map(\.id)).count == kinds.count)
    }

    /// Whoever looks for an id finds it after an upgrade too. Computed with Python's hashlib and uuid.
    @Test(arguments: [
        (MessageKind.failure(.timeout), "failure_timeout", "bdac693053828c249f76f3fda0fa3baa"),
        (.event(.replaced), "event_replaced", "fd75f0336636877493ff5bdcb01a23e7"),
        (.condition(.storeFailing), "store_failing", "982d06eaa46083e4b6cc8e23f8ba3fdb"),
    ])
    func keepsItsID(_ kind: MessageKind, _ name: String, _ id: String) {
        #expect(kind.description == name)
        #expect(kind.id == id)
    }
}
