public import PrompterCore
import Testing

/// A guard under test, asked through two doors: two instances of one fleet, or the same one twice.
public struct ProbeGuardSubject: Sendable {
    public let first: any ProbeGuard
    public let other: any ProbeGuard
    private let outside: @Sendable (Duration, Slot) async throws -> Void

    /// - Parameter outside: lets time pass for a slot where a guard keeps its state by another clock than the moments it is
    ///   given.
    public init(
        _ first: any ProbeGuard, _ other: any ProbeGuard,
        outside: @escaping @Sendable (Duration, Slot) async throws -> Void = { _, _ in }
    ) {
        self.first = first
        self.other = other
        self.outside = outside
    }

    /// Lets `duration` pass for `slot`.
    func pass(_ duration: Duration, _ slot: Slot, _ now: inout Moment) async throws {
        now = now.advanced(by: duration)
        try await outside(duration, slot)
    }
}

extension ProbeGuard {
    /// The answer to one request whose lease is for 3,005 s: longer than any machine takes for a test, since Redis counts by a
    /// clock of its own.
    func ask(_ slot: Slot, _ id: UInt64, at now: Moment, mayCall: Bool = true) async -> ProbeAdmission {
        let request = LeaseRequest(slot: slot, id: id, timeout: .seconds(3000), at: now.wall, mayCall: mayCall)
        return ProbeAdmission(await admit([request], at: now)[0], to: slot)
    }

    /// The lease that one request must get.
    func lease(_ slot: Slot, _ id: UInt64, at now: Moment) async throws -> Lease {
        let admission = await ask(slot, id, at: now)
        guard case .admitted(let lease) = admission else {
            Issue.record("not admitted but \(admission)")
            throw CancellationError()
        }
        #expect(lease.id == id)
        #expect(lease.slot == slot)
        return lease
    }

    func settle(_ lease: Lease, _ ending: LeaseOutcome.Ending, at now: Moment) async {
        await settle([LeaseOutcome(lease, ending)], at: now)
    }
}

extension Lease {
    /// The slot that it is for.
    public var slot: Slot { Slot(key) }
}

extension ProbeAdmission {
    /// Which case it is.
    public var name: String {
        switch self {
        case .admitted: "admitted"
        case .observed: "observed"
        case .held: "held"
        case .failed: "failed"
        case .vacant: "vacant"
        }
    }
}
