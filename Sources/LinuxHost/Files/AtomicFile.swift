import Glibc
import PrompterCore
import Synchronization

/// Replaces a file as a whole: who reads it sees the old bytes or the new ones, never a part.
///
/// The bytes go into a temporary file in the same folder, which is then renamed (rename(2)). Its name is
/// `.NAME.PID.COUNT.tmp`, so that node_exporter, which reads what ends in `.prom`, never sees it.
public enum AtomicFile {
    /// Tells two writes of this process apart.
    private static let count = Atomic<UInt64>(0)

    /// Puts `bytes` in the place of the file at `path`. A symbolic link there is replaced itself, not what it points
    /// to. Blocks for as long as the disk takes.
    ///
    /// - Parameters:
    ///   - mode: the permission bits that the file gets, whatever the umask.
    ///   - isLasting: whether the file must be whole even if the machine goes down now (fsync(2)). A picture of the running
    ///     daemon need not be.
    ///   - sibling: a file whose owner it gets where root writes it; `nil` for root itself.
    /// - Throws: ``FileError``; what stood at `path` then stands there still.
    public static func write(
        _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644, isLasting: Bool = false,
        ownerOf sibling: String? = nil
    ) throws(FileError) {
        try write(to: path, mode: mode, isLasting: isLasting, ownerOf: sibling) { take in take(bytes) }
    }

    /// Puts what `content` hands over, piece by piece, in the place of the file at `path`, as ``write(_:to:mode:isLasting:ownerOf:)`` does.
    public static func write(
        to path: String, mode: UInt32 = 0o644, isLasting: Bool = false, ownerOf sibling: String? = nil,
        _ content: (_ take: ([UInt8]) -> Void) -> Void
    ) throws(FileError) {
        let place = Place(path)
        let serial = count.wrappingAdd(1, ordering: .relaxed).newValue
        let temporary = place.folder + place.prefix + "\(getpid()).\(serial)\(Place.suffix)"
        let file: Descriptor
        do {
            file = try Descriptor(opening: temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        } catch {
            // People know the file by the name they gave it.
            throw FileError(path, error.problem == .missing ? .system(call: "open", number: ENOENT) : error.problem)
        }
        if let sibling { give(file, ownerOf: sibling) }
        let fault = fill(file, with: content, mode: mode, isLasting: isLasting) ?? move(temporary, to: path)
        if let (call, number) = fault {
            unlink(temporary)
            throw FileError(path, call: call, number: number)
        }
        // It stands there now, whether or not its name outlives the machine.
        if isLasting, let folder = try? Descriptor(opening: place.folder.isEmpty ? "." : place.folder, O_RDONLY) {
            _ = sync(folder)
        }
    }

    /// Removes the temporary files that processes which are no more left beside `path`. To be called at the start,
    /// before the first ``write(_:to:mode:)``: what carries this process's number then is from an earlier one that had
    /// the same.
    ///
    /// A process in another PID namespace seems to be no more; its write then fails, once.
    public static func removeLeftovers(of path: String) {
        let place = Place(path)
        guard let folder = opendir(place.folder.isEmpty ? "." : place.folder) else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            // readdir(3) ends d_name, the entry's last member, with a NUL, and nobody else reads this folder's stream.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            guard let process = place.process(ofTemporary: name) else { continue }
            let isAlive = kill(process, 0) == 0 || errno == EPERM
            if process == getpid() || !isAlive { unlink(place.folder + name) }
        }
    }

    /// Where that fails, the file is root's, as it would be without.
    private static func give(_ file: borrowing Descriptor, ownerOf sibling: String) {
        var status = stat()
        guard geteuid() == 0, stat(sibling, &status) == 0 else { return }
        _ = fchown(file.number, status.st_uid, status.st_gid)
    }

    private static func fill(
        _ file: borrowing Descriptor, with content: (_ take: ([UInt8]) -> Void) -> Void, mode: mode_t, isLasting: Bool
    ) -> (String, Int32)? {
        var failure: Int32?
        // After the first that fails nothing more is written: the file is not used.
        content { piece in failure = failure ?? file.write(piece.span) }
        if let failure { return ("write", failure) }
        guard fchmod(file.number, mode) == 0 else { return ("fchmod", errno) }
        return isLasting ? sync(file) : nil
    }

    private static func sync(_ file: borrowing Descriptor) -> (String, Int32)? {
        fsync(file.number) == 0 ? nil : ("fsync", errno)
    }

    private static func move(_ temporary: String, to path: String) -> (String, Int32)? {
        rename(temporary, path) == 0 ? nil : ("rename", errno)
    }

    /// Where a file's temporary files stand, and what they are called.
    private struct Place {
        static let suffix = ".tmp"
        /// With its slash; empty for the current folder.
        let folder: String
        let prefix: String

        init(_ path: String) {
            let name =
                path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[path.utf8.index(after: $0)...] } ?? path[...]
            folder = String(path[..<name.startIndex])
            prefix = ".\(name)."
        }

        /// Who wrote the temporary file `name`; `nil` where it is none of this file's.
        func process(ofTemporary name: String) -> pid_t? {
            guard name.hasPrefix(prefix), name.hasSuffix(Self.suffix) else { return nil }
            let parts = name.dropFirst(prefix.count).dropLast(Self.suffix.count).split(
                separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, UInt64(parts[1]) != nil, let process = pid_t(parts[0]), process > 0 else {
                return nil
            }
            return process
        }
    }
}
