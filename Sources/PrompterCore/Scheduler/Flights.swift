/// The calls that are being made, and those whose end is being told to the guard.
struct Flights: Sendable {
    struct Flight: Sendable {
        var turn: ProbeTurn
        /// `nil` for one that was forced, of which the guard knows nothing.
        var lease: Lease?
        /// When its version was asked for.
        var asked: Uptime
        /// When the call began.
        var begun: Uptime
        var hasEnded = false
    }

    private var flights: [UInt64: Flight] = [:]

    var isEmpty: Bool { flights.isEmpty }
    var count: Int { flights.count }

    /// Whether every call has ended within `patience` after its time.
    func areInTime(_ patience: Duration, at now: Moment) -> Bool {
        flights.values.allSatisfy { $0.begun + $0.turn.due.target.timeout + patience > now.uptime }
    }

    /// Whether the call of `target` that is being made was forced.
    func isForced(_ target: TargetID) -> Bool {
        flights.values.contains { $0.lease == nil && $0.turn.due.target.id == target }
    }

    mutating func add(_ flight: Flight, id: UInt64) { flights[id] = flight }

    /// Takes note that the call `id` has ended.
    ///
    /// - Returns: `nil` where that is known.
    mutating func end(_ id: UInt64) -> Flight? {
        guard let flight = flights[id], !flight.hasEnded else { return nil }
        if flight.lease == nil { flights[id] = nil } else { flights[id]?.hasEnded = true }
        return flight
    }

    /// Takes note that the guard knows how the lease `id` ended.
    mutating func settle(_ id: UInt64) -> Flight? { flights.removeValue(forKey: id) }
}
