import Foundation
import Glibc

/// Something that listens on a Unix socket, takes one connection and gives one answer, whatever it is asked.
final class FalseRedis: Sendable {
    let url: String
    private let folder: String

    init(answer: String, password: String? = nil) throws {
        var template = Array("/tmp/prompterd-false-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CancellationError() }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        url = "unix://" + (password.map { ":\($0)@" } ?? "") + folder + "/socket"
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let listener = socket(AF_UNIX, kind, 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: "\(folder)/socket".utf8) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0, listen(listener, 8) == 0 else { throw CancellationError() }
        Thread.detachNewThread {
            let connection = accept(listener, nil, nil)
            var question = [UInt8](repeating: 0, count: 65_536)
            _ = recv(connection, &question, question.count, 0)
            _ = send(connection, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
            // Until the other side leaves, so that it has time to read.
            while recv(connection, &question, question.count, 0) > 0 {}
            close(connection)
            close(listener)
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }
}
