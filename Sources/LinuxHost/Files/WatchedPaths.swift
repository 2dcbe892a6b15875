import Glibc
import PrompterCore

/// Paths whose changes are noticed: by the folders of the files, and of every symbolic link on the way to them.
///
/// A folder on the way that holds none of them is watched for being moved or removed alone, so that what others do in
/// it wakes nobody.
struct WatchedPaths: ~Copyable {
    /// As path_resolution(7) has it.
    private static let mostLinks = 40
    private static let ofFolder = UInt32(IN_MOVE_SELF) | UInt32(IN_DELETE_SELF)
    /// A file that is being written counts when it is closed, so that no half of it is read.
    private static let ofEntries =
        UInt32(IN_CLOSE_WRITE) | UInt32(IN_CREATE) | UInt32(IN_DELETE) | UInt32(IN_MOVED_FROM) | UInt32(IN_MOVED_TO)
        | UInt32(IN_ATTRIB) | ofFolder

    let notices: ChangeNotices
    var paths: Set<String>
    /// Why some changes can't be noticed; `nil` where all are.
    private(set) var fault: FileError?
    /// The entries that matter, by the number of their folder.
    private var entries: [Int32: Set<String>] = [:]

    init(_ paths: Set<String>) throws(FileError) {
        notices = try ChangeNotices()
        self.paths = paths
    }

    /// Takes the notices that there are.
    ///
    /// - Returns: whether one of them is about a watched path.
    func takeNotices() -> Bool {
        // All are taken, so no short cut.
        notices.take().reduce(false) { matters, notice in
            if notice.mask & UInt32(IN_Q_OVERFLOW) != 0 { return true }
            guard notice.mask & UInt32(IN_IGNORED) == 0, let names = entries[notice.folder] else { return matters }
            return matters || notice.name.isEmpty || names.contains(notice.name)
        }
    }

    /// Watches the paths as they lead now. What changes while it looks is noticed, since each folder is watched before
    /// it is looked into.
    mutating func arm() {
        let old = entries
        entries = [:]
        fault = nil
        for path in paths { follow(path) }
        for folder in old.keys where entries[folder] == nil { notices.unwatch(folder) }
    }

    private mutating func follow(_ path: String) {
        var folder = path.hasPrefix("/") ? "/" : "./"
        var rest: [Substring] = path.split(separator: "/").reversed()
        var links = 0
        watch(folder, for: Self.ofFolder)
        while let name = rest.popLast() {
            let place = folder + name
            if Self.kind(of: place) != S_IFDIR { watch(folder, for: Self.ofEntries, entry: String(name)) }
            // Looked at again, now that no change is missed.
            switch Self.kind(of: place) {
            case S_IFDIR:
                if !watch("\(place)/", for: Self.ofFolder) {
                    // Its permissions, which its own folder tells of, keep it from being watched.
                    watch(folder, for: Self.ofEntries, entry: String(name))
                }
                folder = "\(place)/"
            case S_IFLNK:
                links += 1
                guard links <= Self.mostLinks, let goal = Self.goal(of: place) else { return }
                if goal.hasPrefix("/") { folder = "/" }
                rest += goal.split(separator: "/").reversed()
            default: return
            }
        }
    }

    /// - Returns: whether it is watched.
    @discardableResult
    private mutating func watch(_ folder: String, for mask: UInt32, entry: String? = nil) -> Bool {
        do {
            let number = try notices.watch(folder, for: mask)
            entries[number, default: []].formUnion(entry.map { [$0] } ?? [])
            return true
        } catch {
            // A folder that is only passed through need not be readable.
            if entry != nil { fault = error }
            return false
        }
    }

    /// S_IFDIR, S_IFLNK, …; `nil` where there is nothing, or nothing that may be seen.
    private static func kind(of path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private static func goal(of link: String) -> String? {
        // readlink(2) writes no more than it is told has room, and says how much.
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &buffer, buffer.count)
        return count < 0 ? nil : String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
