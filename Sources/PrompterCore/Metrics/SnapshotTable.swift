/// Values by key, of which a copy can be looked at while they change: a change copies only the few values that are kept beside it,
/// where a dictionary would copy all of them. Keys are added and never removed.
struct SnapshotTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// How many values are kept together: so many are copied by the first change after a copy of the table was made.
    private static var pieceLength: Int { 32 }

    /// In the order in which they were added, which is that of the values.
    private(set) var keys: [Key] = []
    private var places: [Key: Int] = [:]
    private var pieces: [[Value]] = []

    init(capacity: Int = 0) {
        keys.reserveCapacity(capacity)
        places.reserveCapacity(capacity)
        pieces.reserveCapacity(capacity / Self.pieceLength + 1)
    }

    var count: Int { keys.count }

    /// Where the value of `key` stands, as long as the table lives; `nil` where it has none.
    func place(of key: Key) -> Int? { places[key] }

    subscript(key: Key) -> Value? { places[key].map { self[at: $0] } }

    subscript(at place: Int) -> Value {
        get { pieces[place / Self.pieceLength][place % Self.pieceLength] }
        _modify { yield &pieces[place / Self.pieceLength][place % Self.pieceLength] }
    }

    /// Changes the value of `key`, where it has one.
    mutating func change(_ key: Key, _ change: (inout Value) -> Void) {
        guard let place = places[key] else { return }
        change(&self[at: place])
    }

    /// Puts `value` in the place of the one that `key` has, or behind all others.
    mutating func put(_ value: Value, for key: Key) {
        if let place = places[key] {
            self[at: place] = value
            return
        }
        places[key] = keys.count
        if keys.count % Self.pieceLength == 0 { pieces.append([]) }
        keys.append(key)
        pieces[pieces.count - 1].append(value)
    }
}
