import PrompterCore

/// What the guard's thread is asked for, and who waits for it.
enum GuardJob: Sendable {
    case admit([PendingRequest], CheckedContinuation<[Admission], Never>)
    case settle([LeaseOutcome], CheckedContinuation<Void, Never>)

    /// Requests or outcomes in it.
    var count: Int {
        switch self {
        case .admit(let requests, _): requests.count
        case .settle(let outcomes, _): outcomes.count
        }
    }

    /// Answers without Redis.
    func resolve(by local: LocalGuard) {
        switch self {
        case .admit(let pending, let continuation):
            continuation.resume(returning: pending.map { $0.admission ?? local.admit([$0.request], at: $0.now)[0] })
        case .settle(_, let continuation):
            // The in-process guard knows since before the job was made.
            continuation.resume()
        }
    }
}

/// A request on its way through Redis.
struct PendingRequest: Sendable {
    /// What to ask Redis next.
    enum Step: Sendable {
        /// For the key: a lease of it, or what is there.
        case ask
        /// For a lease in the place of this text, which says that the turn's hold is over.
        case takeOver([UInt8])
    }

    let request: LeaseRequest
    /// When the request was made.
    let now: Moment
    /// The attempt that an admission would be.
    var attempt: Int
    var step = Step.ask
    /// The answer, once there is one.
    var admission: Admission?

    init(_ request: LeaseRequest, attempt: Int, now: Moment) {
        self.request = request
        self.attempt = attempt
        self.now = now
    }
}
