import LinuxHost
import PrompterCore

/// Where the daemon is in its life. The service manager hears of each step, and of none after the stop.
final class LifeCycle: Sendable {
    enum Stage: Sendable {
        case starting, running, reloading, stopping
    }

    /// What the service manager is told.
    enum Notice: Hashable, Sendable {
        case ready, reloading, stopping
    }

    private let stage = Locked(Stage.starting)
    private let tell: @Sendable (Notice) -> Void

    init(tell: @escaping @Sendable (Notice) -> Void) {
        self.tell = tell
    }

    convenience init(_ notifier: ServiceNotifier) {
        self.init { notice in
            switch notice {
            case .ready: notifier.ready()
            case .reloading: notifier.reloading()
            case .stopping: notifier.stopping()
            }
        }
    }

    /// Whether it has started and does not stop.
    var isRunning: Bool { stage.withLock { $0 == .running || $0 == .reloading } }

    var isStopping: Bool { stage.withLock { $0 == .stopping } }

    /// The first watchlist is in force.
    func started() { move(from: .starting, to: .running, .ready) }

    func reloadBegan() { move(from: .running, to: .reloading, .reloading) }

    func reloadEnded() { move(from: .reloading, to: .running, .ready) }

    /// - Returns: `false` where it was stopping already.
    @discardableResult func stop() -> Bool {
        stage.withLock { stage in
            guard stage != .stopping else { return false }
            stage = .stopping
            tell(.stopping)
            return true
        }
    }

    private func move(from old: Stage, to new: Stage, _ notice: Notice) {
        // The notice goes out under the lock, so that none comes after that of the stop.
        stage.withLock { stage in
            guard stage == old else { return }
            stage = new
            tell(notice)
        }
    }
}
