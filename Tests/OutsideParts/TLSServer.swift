import Glibc

/// A real TLS server, OpenSSL's `s_server`, with a certificate that it signed itself for the name `localhost`. It answers
/// GET with a page. It ends, and its folder goes, when it is freed.
public final class TLSServer: Sendable {
    struct Failure: Error {
        var what: String
    }

    public let port: Int
    public let certificateFile: String
    private let folder: String
    private let process: pid_t

    public init() throws {
        var template = Array("/tmp/prompterd-tls-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(what: "mkdtemp") }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        certificateFile = "\(folder)/certificate.pem"
        let keyFile = "\(folder)/key.pem"
        let making = try Self.start(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", keyFile, "-out", certificateFile,
            ], output: nil)
        var status: CInt = 0
        guard waitpid(making, &status, 0) == making, status == 0 else { throw Failure(what: "openssl req") }
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(what: "pipe") }
        defer { close(ends[0]) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        process = try Self.start(
            ["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certificateFile, "-key", keyFile], output: ends[1])
        close(ends[1])
        // It says "ACCEPT 127.0.0.1:PORT" once it listens.
        var said: [UInt8] = []
        var byte: UInt8 = 0
        while !(said.last == 0x0A && String(decoding: said, as: UTF8.self).contains("ACCEPT")) {
            guard read(ends[0], &byte, 1) == 1 else { throw Failure(what: "openssl s_server") }
            said.append(byte)
        }
        let digits = String(decoding: said, as: UTF8.self).split(separator: ":").last?.prefix { $0.isNumber }
        guard let port = digits.flatMap({ Int($0) }) else { throw Failure(what: "openssl s_server's port") }
        self.port = port
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
        for name in ["certificate.pem", "key.pem"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    private static func start(_ arguments: [String], output: CInt?) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
        } else {
            posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let strings = (["openssl"] + arguments).map { strdup($0) }
        defer { for string in strings { free(string) } }
        var process: pid_t = 0
        guard posix_spawnp(&process, "openssl", &actions, nil, strings + [nil], environ) == 0 else {
            throw Failure(what: "openssl can't be started")
        }
        return process
    }
}
