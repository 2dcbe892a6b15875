import Dispatch
import PrompterCore

/// Notices when files change, whichever way: written in place, replaced by renaming, behind another link, deleted and
/// back, readable or not any more. Nothing is polled.
///
/// Notices are about names in folders (inotify(7)), not about files: an editor that writes a new file and renames it,
/// and Kubernetes, which swaps the link `..data` on the way to it, are seen as well as a write. What a file is mounted
/// over, or what another machine writes to a shared disk, is not: ``FileIdentity`` shows that.
///
/// Everything happens on a thread of its own, so that nobody waits for a hung mount on the way to a file.
public final class FolderWatch: Sendable {
    private struct State: ~Copyable {
        var paths: WatchedPaths
        /// When the first change came that nobody has been told of.
        var firstChange: DispatchTime?
    }

    /// The files and the timer's state, alive until the last use of its descriptor.
    private final class Shared: Sendable {
        let state: Locked<State>

        init(_ paths: consuming sending WatchedPaths) {
            state = Locked(State(paths: paths))
        }
    }

    /// Why some changes can't be noticed, for who must not wait for the files.
    private final class LastFault: Sendable {
        let fault: Locked<FileError?>

        init(_ fault: FileError?) {
            self.fault = Locked(fault)
        }
    }

    /// A change is told when nothing more has changed for this long.
    private static let gathering = DispatchTimeInterval.milliseconds(200)
    /// A change is told this long after it at the latest, so that it is in force within a second.
    private static let longestGathering = DispatchTimeInterval.milliseconds(600)

    /// That something may have changed. For one reader; changes that nobody has taken yet are one. Ends with
    /// ``cancel()``.
    public let changes: AsyncStream<Void>

    private let shared: Shared
    private let queue = DispatchQueue(label: "prompterd.folder-watch")
    private let lastFault: LastFault
    // Proof: never set again, and Dispatch's functions on a source may be called from any thread
    // (dispatch_source_create(3)).
    nonisolated(unsafe) private let source: any DispatchSourceRead
    nonisolated(unsafe) private let timer: any DispatchSourceTimer
    private let continuation: AsyncStream<Void>.Continuation

    /// Watches the file at `path`, which need not be there. What changes from now on is told.
    ///
    /// - Throws: ``FileError`` where the kernel has no more such watches to give.
    public init(_ path: String) throws(FileError) {
        var paths = try WatchedPaths([path])
        paths.arm()
        let number = paths.notices.number
        lastFault = LastFault(paths.fault)
        shared = Shared(paths)
        (changes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        source = DispatchSource.makeReadSource(fileDescriptor: number, queue: queue)
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .distantFuture)
        timer.setEventHandler { @Sendable [shared, lastFault, continuation] in
            let fault = shared.state.withLock { state in
                state.firstChange = nil
                // Before anybody reads the files, so that what changes after their reading is noticed.
                state.paths.arm()
                return state.paths.fault
            }
            lastFault.fault.withLock { $0 = fault }
            continuation.yield()
        }
        nonisolated(unsafe) let timer = timer
        source.setEventHandler { @Sendable [shared] in
            let now = DispatchTime.now()
            let deadline: DispatchTime? = shared.state.withLock { state in
                guard state.paths.takeNotices() else { return nil }
                let first = state.firstChange ?? now
                state.firstChange = first
                return min(now + Self.gathering, first + Self.longestGathering)
            }
            if let deadline { timer.schedule(deadline: deadline, leeway: .milliseconds(1)) }
        }
        // The descriptor must not be closed before the source lets go of it (dispatch_source_create(3)).
        source.setCancelHandler { @Sendable [shared] in withExtendedLifetime(shared) {} }
        source.activate()
        timer.activate()
    }

    deinit {
        cancel()
    }

    /// Why some changes can't be noticed; `nil` where all are.
    public var fault: FileError? { lastFault.fault.withLock { $0 } }

    /// Watches the files at `paths` from now on, and no others. Where these are not those that were watched, a change
    /// is told, since they may have changed before.
    public func follow(_ paths: Set<String>) {
        queue.async { @Sendable [shared, lastFault, continuation] in
            let isOther = shared.state.withLock { state in
                guard state.paths.paths != paths else { return false }
                state.paths.paths = paths
                state.paths.arm()
                return true
            }
            guard isOther else { return }
            let fault = shared.state.withLock { $0.paths.fault }
            lastFault.fault.withLock { $0 = fault }
            continuation.yield()
        }
    }

    /// Ends the watch and its sequence.
    public func cancel() {
        source.cancel()
        timer.cancel()
        continuation.finish()
    }
}
