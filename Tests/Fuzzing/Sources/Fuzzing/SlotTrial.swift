import PrompterCore

/// Whatever stands in Redis: what is taken for a slot's state is one that this program could have written.
enum SlotTrial {
    private static let slot = Slot(
        target: Target(provider: Provider(name: "p", dialect: .stub), model: "m").id, interval: .seconds(3600),
        number: 7)

    static func run(_ input: [UInt8]) {
        guard let record = SlotRecord(input, of: LeaseKey(slot), form: .probe) else { return }
        let text = Array(record.text.utf8)
        precondition(text.count <= SlotRecord.longestText, "longer than what is read")
        precondition(SlotRecord(text, of: LeaseKey(slot), form: .probe) == record, "written anew it reads otherwise")
        switch record.state {
        case .leased(_, let attempt): precondition((1...SlotState.mostAttempts).contains(attempt))
        case .held(let attempt, _):
            precondition((1..<SlotState.mostAttempts).contains(attempt))
            for remaining in [Duration.zero, record.life / 2, record.life, SlotRecord.longestLife] {
                let left = record.remainingHold(remainingLife: remaining)
                precondition(left >= .zero && left <= record.hold && left <= max(remaining, record.hold))
            }
        case .succeeded(let id, let payload):
            guard case .observed(let observation) = ProbeAdmission(.succeeded(id: id, payload), to: slot) else {
                preconditionFailure("no observation")
            }
            precondition(observation.target == slot.target && observation.slot == slot.number)
            precondition(!observation.version.key.isEmpty)
            precondition(observation.version.key.utf8.count <= VersionIdentity.longestName)
            precondition(observation.time.iso8601Milliseconds.utf8.count == 24)
        case .failed(let payload): _ = ProbeAdmission(.failed(payload), to: slot)
        }
    }
}
