import Glibc
public import PrompterCore

/// Why a file could not be read, written or locked: one line that says what is wrong, where, and what to do.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with a file.
    public enum Problem: Hashable, Sendable {
        /// It does not exist.
        case missing
        /// It is a folder.
        case folder
        /// It is a device, a socket or a named pipe.
        case special
        /// It has more than this many bytes.
        case tooLarge(limit: Int)
        /// Another process holds its lock; who, where that is known.
        case locked(holder: String?)
        /// Its name has a byte that no path can have.
        case impossibleName
        /// It holds no certificates in PEM, or broken ones.
        case noCertificates
        /// It could not be read in this time.
        case slow(Duration)
        /// A system call, and the number it left in `errno`.
        case system(call: String, number: Int32)
    }

    public let path: SafeText
    public let problem: Problem

    public init(_ path: some StringProtocol, _ problem: Problem) {
        self.path = SafeText(path, limit: 4096)
        self.problem = problem
    }

    /// The error that `call` left in errno.
    init(_ path: some StringProtocol, call: String, number: Int32) {
        self.init(path, number == ENOENT ? .missing : number == EISDIR ? .folder : .system(call: call, number: number))
    }

    /// Whether it may work later although nobody corrects the path: the disk is full, or does not answer.
    public var mayPass: Bool {
        switch problem {
        case .slow: true
        case .system(_, let number): [ENOSPC, EDQUOT, EIO].contains(number)
        default: false
        }
    }

    public var description: String { "\(path): \(reason)" }

    /// The line without the path.
    public var reason: String {
        switch problem {
        case .missing:
            "no such file or folder; check the path"
        case .folder:
            "is a folder; name a file"
        case .special:
            "is a device, a socket or a named pipe; name a regular file"
        case .tooLarge(let limit):
            "is larger than \(limit) bytes; is it the right file?"
        case .locked(let holder):
            "is locked by \(holder ?? "another process"); stop it first, or use another path"
        case .impossibleName:
            "contains a NUL character; correct the path"
        case .noCertificates:
            "contains no certificates, or invalid ones; name a PEM file (-----BEGIN CERTIFICATE-----)"
        case .slow(let time):
            "no answer within \(DurationText.brief(time)); is its file system available?"
        case .system(let call, let number):
            "\(call) failed: \(Self.text(of: number))\(Self.advice(on: number))"
        }
    }

    private static func text(of number: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        // Safe on any thread, unlike strerror(3): it writes into the buffer, no more than it is told has room.
        guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func advice(on number: Int32) -> String {
        switch number {
        case EACCES, EPERM: "; check the owner and mode of it and its folders for user \(geteuid())"
        case ENOENT: "; its folder does not exist, create it first"
        case EROFS: "; choose a writable folder"
        case ENOSPC, EDQUOT: "; free some space"
        case ENOTDIR: "; part of the path is a file, not a folder"
        case ELOOP: "; it is a symbolic link, name its target"
        default: ""
        }
    }
}
