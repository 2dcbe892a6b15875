import Glibc
import PrompterCore

/// The kernel's notices of what changes in folders (inotify(7)).
struct ChangeNotices: ~Copyable {
    /// One notice.
    struct Notice {
        /// What ``watch(_:for:)`` returned for the folder; -1 where the kernel lost notices.
        var folder: Int32
        /// IN_…
        var mask: UInt32
        /// The entry of the folder that it is about; empty for the folder itself.
        var name: String
    }

    private let descriptor: Descriptor

    /// Its descriptor, which is readable when there are notices.
    var number: Int32 { descriptor.number }

    init() throws(FileError) {
        let number = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard number >= 0 else { throw FileError("inotify", call: "inotify_init1", number: errno) }
        descriptor = Descriptor(owning: number)
    }

    /// Asks for notices about the folder at `path`, beside those that were asked for.
    ///
    /// - Returns: the folder's number, the same for every path of it.
    func watch(_ path: String, for mask: UInt32) throws(FileError) -> Int32 {
        let folder = inotify_add_watch(number, path, mask | UInt32(IN_ONLYDIR) | UInt32(IN_MASK_ADD))
        guard folder >= 0 else { throw FileError(path, call: "inotify_add_watch", number: errno) }
        return folder
    }

    /// Ends the notices about `folder`.
    func unwatch(_ folder: Int32) {
        // One that is gone already is unwatched already.
        _ = inotify_rm_watch(number, folder)
    }

    /// Takes all the notices that there are.
    func take() -> [Notice] {
        var notices: [Notice] = []
        // Room for one notice with the longest name at least, as inotify(7) asks for; then many fit.
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = read(number, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return notices }
            // read(2) has set the first `count` bytes to whole notices; the loads check their bounds.
            buffer.withUnsafeBytes { bytes in
                var offset = 0
                while offset < count {
                    let head = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    let begin = offset + MemoryLayout<inotify_event>.size
                    let end = begin + Int(head.len)
                    // The name is filled up with NULs.
                    let name = String(decoding: bytes[begin..<end].prefix { $0 != 0 }, as: UTF8.self)
                    notices.append(Notice(folder: head.wd, mask: head.mask, name: name))
                    offset = end
                }
            }
        }
    }
}
