/// A life that is held between two observations and seldom looked into. What a store has encoded stays so: that takes a quarter of the
/// memory, and a daemon holds one for each target.
public struct HeldLife: Hashable, Sendable {
    private enum Form: Sendable {
        case whole(TargetLife)
        case encoded([UInt8])
    }

    private let form: Form

    public init(_ life: TargetLife = TargetLife()) {
        form = .whole(life)
    }

    /// - Parameter bytes: as ``TargetLife/encoded`` gives them. Bytes that are no life stand for one that has taken nothing in.
    public init(encoded bytes: [UInt8]) {
        form = bytes.isEmpty ? .whole(TargetLife()) : .encoded(bytes)
    }

    /// It costs some microseconds where the life is encoded.
    public var life: TargetLife {
        switch form {
        case .whole(let life): life
        case .encoded(let bytes): TargetLife(encoded: bytes) ?? TargetLife()
        }
    }

    public static func == (left: HeldLife, right: HeldLife) -> Bool {
        if case .encoded(let left) = left.form, case .encoded(let right) = right.form, left == right { return true }
        return left.life == right.life
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(life) }
}
