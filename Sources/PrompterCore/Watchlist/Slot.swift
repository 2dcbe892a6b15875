/// One cell of a target's time line.
public struct Slot: Hashable, Sendable {
    public var target: TargetID
    public var interval: Duration
    /// floor((UTC − phase) / interval)
    public var number: Int64
    /// Which of the probes it is for that confirm what the slot's own saw, from 1 on; 0 for the slot itself.
    public var confirmation: Int

    public init(target: TargetID, interval: Duration, number: Int64, confirmation: Int = 0) {
        self.target = target
        self.interval = interval
        self.number = number
        self.confirmation = confirmation
    }

    /// The slot of `target` that `time` falls into.
    public init(of target: TargetID, interval: Duration, at time: Timestamp) {
        let width = interval.milliseconds
        let since = time.milliseconds - target.phase(in: interval).milliseconds
        let (quotient, remainder) = since.quotientAndRemainder(dividingBy: width)
        self.init(target: target, interval: interval, number: remainder < 0 ? quotient - 1 : quotient)
    }

    /// When it begins, by the wall clock.
    public var begin: Timestamp {
        Timestamp(milliseconds: target.phase(in: interval).milliseconds + number * interval.milliseconds)
    }

    /// When the next one begins.
    public var end: Timestamp { begin + interval }

    /// The slot that follows.
    public var next: Slot { Slot(target: target, interval: interval, number: number + 1) }

    /// Whether it is for a probe that confirms what the slot's own saw.
    public var isConfirmation: Bool { confirmation > 0 }

    /// The slot in which what this one saw is confirmed: guarded by a key of its own.
    ///
    /// - Parameter confirmation: from 1 on.
    public func confirmed(_ confirmation: Int = 1) -> Slot {
        Slot(target: target, interval: interval, number: number, confirmation: confirmation)
    }

    /// Whether an observation made at `time` counts for this slot: made since it began, or less than half an interval before,
    /// so that no boundary is probed on both sides.
    public func isObserved(by time: Timestamp) -> Bool {
        time > begin - interval / 2
    }
}

extension Target {
    /// The slot that `time` falls into.
    public func slot(at time: Timestamp) -> Slot {
        Slot(of: id, interval: interval, at: time)
    }
}
