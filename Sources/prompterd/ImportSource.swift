import Glibc
import PrompterCore

/// What is imported: a file, or standard input, which is kept in a file without a name so that it can be read twice.
struct ImportSource: ~Copyable {
    /// Why it can't be read.
    struct Unreadable: Error, CustomStringConvertible {
        var description: String

        init(_ path: String, _ code: CInt, _ advice: String) {
            description = "\(SafeText(path, limit: 4096)): \(String(cString: strerror(code))); \(advice)"
        }
    }

    /// What is read at once, in bytes.
    private static let chunk = 1 << 16

    /// What messages call it.
    let name: String
    private let descriptor: CInt

    /// - Parameter path: `-` for standard input.
    init(_ path: String) throws {
        name = Self.name(path)
        let given = try Self.open(path)
        var status = stat()
        if fstat(given, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
            descriptor = given
            return
        }
        defer { close(given) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw Unreadable(name, EISDIR, "give a file") }
        let folder = Environment.all["TMPDIR"] ?? "/tmp"
        // O_TMPFILE of <asm-generic/fcntl.h>, whose macro Swift does not import (open(2)).
        let kept = Glibc.open(folder, O_RDWR | O_CLOEXEC | 0o20_000_000 | O_DIRECTORY, mode_t(0o600))
        guard kept >= 0 else { throw Unreadable(folder, errno, "set TMPDIR to a writable folder") }
        do {
            try Self.chunks(of: given, name) { bytes in
                var rest = bytes
                while !rest.isEmpty {
                    let count = rest.withUnsafeBytes { write(kept, $0.baseAddress, $0.count) }
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { throw Unreadable(folder, errno, "set TMPDIR to a folder with free space") }
                    rest = rest.dropFirst(count)
                }
            }
        } catch {
            close(kept)
            throw error
        }
        descriptor = kept
    }

    deinit {
        close(descriptor)
    }

    /// Gives the bytes of what `path` names once, as they come.
    static func stream(_ path: String, _ body: (ArraySlice<UInt8>) throws -> Void) throws {
        let given = try open(path)
        defer { close(given) }
        try chunks(of: given, name(path), body)
    }

    private static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

    private static func open(_ path: String) throws -> CInt {
        let given = path == "-" ? dup(STDIN_FILENO) : Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard given >= 0 else {
            throw Unreadable(name(path), errno, "give a file that this user can read, or - for input")
        }
        return given
    }

    /// Gives all its bytes, from the first on.
    func read(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        lseek(descriptor, 0, SEEK_SET)
        try Self.chunks(of: descriptor, name, body)
    }

    private static func chunks(
        of descriptor: CInt, _ name: String, _ body: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        var bytes = [UInt8](repeating: 0, count: chunk)
        while true {
            let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw Unreadable(name, errno, errno == EISDIR ? "give a file" : "check the system log for disk errors")
            }
            if count == 0 { return }
            try body(bytes[..<count])
        }
    }
}
