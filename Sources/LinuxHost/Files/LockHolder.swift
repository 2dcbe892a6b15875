import Glibc

/// Who holds the ``FileLock`` of a file: asked of the kernel, since whoever tried the lock would keep a daemon from starting.
public enum LockHolder: Hashable, Sendable {
    case nobody
    case process(Int)
    /// This user can't see the file, or no locks are shown here.
    case unknown

    /// Where the kernel lists every lock (proc_locks(5)).
    private static let list = "/proc/locks"

    public init(of path: String) {
        guard let lock = FileStatus(of: path + ".lock") else {
            self = errno == EACCES ? .unknown : .nobody
            return
        }
        guard let bytes = try? FileReading.read(Self.list) else {
            self = .unknown
            return
        }
        let name = Self.name(of: lock)
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            // 1: FLOCK  ADVISORY  WRITE 1234 08:01:131 0 EOF
            let words = line.split(separator: " ")
            guard words.count == 8, words[1] == "FLOCK", words[3] == "WRITE", let process = Int(words[4]) else {
                continue
            }
            // Of a disk that is made of others (overlayfs, Btrfs), stat(2) names another device than the kernel's list.
            let isAnothersDisk = words[5].hasSuffix(":\(lock.number)") && Self.isPrompterd(process)
            if words[5] == name || isAnothersDisk {
                self = .process(process)
                return
            }
        }
        self = .nobody
    }

    /// Whom it runs as: a process's folder is its user's, or root's where the process keeps its memory from that user
    /// (proc_pid(5)). `nil` where that can't be seen.
    public var user: String? {
        guard case .process(let number) = self else { return nil }
        return FileStatus(of: "/proc/\(number)")?.owner
    }

    /// As the kernel writes it: the device's two numbers in hexadecimal digits, and the inode's (makedev(3)).
    private static func name(of file: FileStatus) -> String {
        func digits(_ number: UInt64) -> String {
            let text = String(number, radix: 16)
            return text.count < 2 ? "0\(text)" : text
        }
        let device = UInt64(file.device)
        // In parts: as one expression each takes the compiler minutes.
        let (majorLow, majorHigh): (UInt64, UInt64) = ((device >> 8) & 0xFFF, (device >> 32) & 0xFFFF_F000)
        let (minorLow, minorHigh): (UInt64, UInt64) = (device & 0xFF, (device >> 12) & 0xFFFF_FF00)
        return "\(digits(majorLow | majorHigh)):\(digits(minorLow | minorHigh)):\(file.number)"
    }

    private static func isPrompterd(_ process: Int) -> Bool {
        (try? FileReading.read("/proc/\(process)/comm")).map { String(decoding: $0, as: UTF8.self) == "prompterd\n" }
            ?? false
    }
}
