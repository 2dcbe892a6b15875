import Foundation
import GRDB
import OutsideParts
import PrompterCore
import Testing

/// A real model behind a real server: llama.cpp serves SmolLM2-135M, and the daemon watches it.
@Suite(.timeLimit(.minutes(10))) struct RealModelTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    private static let python = "\(root)/.build/models/bin/python"

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: python),
            "llama.cpp and its model are not installed; deploy/test installs them"))
    func aSwapIsToldAndARestartIsNot() async throws {
        let folder = TemporaryFolder()
        let (file, other) = (folder.path(of: "model.gguf"), folder.path(of: "other.gguf"))
        let made = await run("write.py", file, other)
        #expect(made == 0)
        let port = try FreePort.find()
        let site = try Site(
            """
            {"providers":{"local":{"dialect":"openai-compatible","base_url":"http://127.0.0.1:\(port)/v1"}},
             "watches":[{"template":"chat","provider":"local","model":"chat","interval":"1s"}]}
            """)
        var server = Server(file, port: port)
        let daemon = try await site.ready()
        // More than the beginning, so that a change would be told.
        try await site.observations(25)
        server.stop()
        server = Server(file, port: port)
        try await site.observations(10)
        #expect(try site.rows("SELECT kind FROM events").map { $0["kind"] as String } == ["first"])
        server.stop()
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.moveItem(atPath: other, toPath: file)
        server = Server(file, port: port)
        let isTold = await told(by: daemon, of: site, within: 60)
        #expect(isTold, "\(daemon.errors)")
        let signals = try site.rows("SELECT DISTINCT signal FROM events WHERE kind <> 'first'")
        #expect(signals.map { $0["signal"] as String? } == ["metadata"])
        server.stop()
        #expect(await daemon.stop().status == 0)
    }

    /// Whether a change is told before the daemon has recorded so many more answers.
    private func told(by daemon: Program, of site: Site, within answers: Int) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await daemon.line(with: "metadata ") }
            group.addTask {
                // Its end also ends the wait for its lines.
                if (try? await site.observations(answers)) != nil { daemon.send(SIGTERM) }
                return false
            }
            let isTold = await group.next() ?? false
            group.cancelAll()
            return isTold
        }
    }

    private func run(_ script: String, _ arguments: String...) async -> Int32 {
        let words = [Self.python, "\(Self.root)/Tests/RealModels/\(script)"] + arguments
        return await withCheckedContinuation { ended in
            Thread.detachNewThread { ended.resume(returning: ChildProcess.run(words).status) }
        }
    }

    /// llama.cpp's server, which ends with its standard input.
    private struct Server {
        let process: ChildProcess
        let input = ByteChannel()

        init(_ file: String, port: UInt16) {
            let silence = open("/dev/null", O_WRONLY | O_CLOEXEC)
            process = ChildProcess(
                [RealModelTests.python, "\(RealModelTests.root)/Tests/RealModels/serve.py", file, "\(port)", "chat"],
                input: input.reader, output: silence, errors: silence)
            close(silence)
            close(input.reader)
        }

        func stop() {
            close(input.writer)
            process.wait()
        }
    }
}

extension Site {
    /// Waits until the daemon has recorded `count` more.
    fileprivate func observations(_ count: Int) async throws {
        let query = "SELECT count(*) FROM observations"
        let goal = try number(query) + count
        while try number(query) < goal { try await Task.sleep(for: .milliseconds(100)) }
    }
}
