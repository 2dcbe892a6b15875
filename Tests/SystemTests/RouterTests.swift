import Foundation
import OutsideParts
import Testing

/// The Python router of `config/examples/router`, with FastAPI, in front of the built program.
struct RouterTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    private static let python = "\(root)/.build/router/bin/python"

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: python),
            "FastAPI is not installed; deploy/test installs it"))
    func asksWhereItCalledItsServiceLayer() async throws {
        let nobody = try FakeProvider { _ in .hang }
        let site = try Site(
            """
            {"providers":{"openai":{"dialect":"stub"},
              "down":{"dialect":"openai-compatible","base_url":"\(nobody.baseURL)"}},"watches":[]}
            """)
        let socket = "unix:\(site.folder.path(of: "api.sock"))"
        let program = try await site.ready(["--listen", socket])
        try #require(await program.line(with: "API: listening"))
        let (status, output) = await withCheckedContinuation { ended in
            Thread.detachNewThread {
                ended.resume(
                    returning: ChildProcess.run([
                        "env", "PROMPTERD_API=\(socket)", "ROUTER=\(Self.root)/config/examples/router",
                        "PYTHONDONTWRITEBYTECODE=1", Self.python, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                        "\(Self.root)/Tests/Router",
                    ]))
            }
        }
        #expect(status == 0, "\(String(decoding: output, as: UTF8.self))")
        #expect(await program.stop().status == 0)
    }
}
