import Glibc

/// A new folder of one test's own, removed with all that is in it when its owner goes.
public final class TemporaryFolder: Sendable {
    /// Absolute, without a slash at its end.
    public let path: String

    public init() {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        // mkdtemp(3) writes the name that it found over the six X of the template, in place.
        var template = Array("\(base)/prompterd-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder in \(base): error \(errno)") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        ChildProcess.run(["rm", "-rf", "--", path])
    }

    /// The path of `name` in the folder.
    public func path(of name: String) -> String {
        "\(path)/\(name)"
    }
}
