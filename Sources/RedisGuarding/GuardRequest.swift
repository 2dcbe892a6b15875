import PrompterCore

/// What the guard's thread is asked for, and who waits for it.
enum GuardRequest: Sendable {
    case admit([PendingClaim], CheckedContinuation<[Admission], Never>)
    case settle([Settlement], CheckedContinuation<Void, Never>)

    /// Claims or settlements in it.
    var count: Int {
        switch self {
        case .admit(let claims, _): claims.count
        case .settle(let settlements, _): settlements.count
        }
    }

    /// Answers without Redis.
    func resolve(by local: LocalGuard) {
        switch self {
        case .admit(let claims, let continuation):
            continuation.resume(returning: claims.map { $0.admission ?? local.admit([$0.claim], at: $0.now)[0] })
        case .settle(_, let continuation):
            // The in-process guard knows since before the request was made.
            continuation.resume()
        }
    }
}
