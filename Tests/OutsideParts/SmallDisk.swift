import Glibc

/// A disk that is soon full, mounted where only programs that are started with ``wrapper`` see it. It goes with its owner.
/// Needs root.
public final class SmallDisk: Sendable {
    /// Where those programs see it.
    public let path: String
    private let folder = TemporaryFolder()
    /// A shell in the mount namespace, which keeps that alive.
    private let shell: Conversation

    public init(megabytes: Int) throws {
        path = folder.path
        shell = Conversation(["unshare", "--mount", "sh"])
        shell.write("mount -t tmpfs -o size=\(megabytes)m tmpfs \(path) && echo mounted || echo failed\n")
        guard shell.read() == "mounted\n" else { throw Socket.Failure(call: "mount") }
    }

    deinit {
        shell.end()
    }

    /// What starts a program that sees the disk.
    public var wrapper: [String] { ["nsenter", "--target", "\(shell.process)", "--mount"] }

    /// Where this process sees it.
    public var view: String { "/proc/\(shell.process)/root\(path)" }

    /// Leaves no room.
    public func fill() {
        ask("head -c 1G /dev/zero > \(path)/filler 2> /dev/null; echo full")
    }

    /// Makes room again.
    public func clear() {
        ask("rm \(path)/filler; echo empty")
    }

    /// How many rows `table` of the database `name` has.
    public func count(_ table: String, in name: String) -> Int {
        Int(ask("sqlite3 \(path)/\(name) 'SELECT count(*) FROM \(table)'").dropLast()) ?? -1
    }

    @discardableResult
    private func ask(_ command: String) -> String {
        shell.write("\(command)\n")
        return shell.read()
    }
}
