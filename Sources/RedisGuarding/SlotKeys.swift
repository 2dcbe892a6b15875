import PrompterCore

/// The names of the guard's keys: prefix, version of the records, target, interval in milliseconds, slot, and a word for a
/// slot's confirmation, with its number from the second on.
struct SlotKeys {
    private let prefix: [UInt8]

    init(prefix: String) {
        self.prefix = Array("\(prefix)1:".utf8)
    }

    func key(of slot: Slot) -> [UInt8] {
        var key = prefix
        key.reserveCapacity(prefix.count + 64 + 44)
        key.append(contentsOf: slot.target.hexadecimal.utf8)
        key.append(UInt8(ascii: ":"))
        key.append(contentsOf: String(slot.interval.milliseconds).utf8)
        key.append(UInt8(ascii: ":"))
        key.append(contentsOf: String(slot.number).utf8)
        if slot.isConfirmation { key.append(contentsOf: ":confirmation".utf8) }
        // The first has no number, as before there were others.
        if slot.confirmation > 1 { key.append(contentsOf: "-\(slot.confirmation)".utf8) }
        return key
    }

    /// A key that is no slot's.
    func rehearsalKey(_ number: UInt64) -> [UInt8] {
        prefix + Array("rehearsal:\(Hexadecimal.encode(number))".utf8)
    }
}
