/// A Redis of the bench's own, which keeps nothing.
struct RedisServer: ~Copyable {
    /// Where it listens, or why it does not.
    let port: Result<UInt16, BenchFailure>
    private let process: ChildProcess?

    init(in folder: String) {
        do {
            let port = try FreePort.find()
            let words = [
                "redis-server", "--bind", "127.0.0.1", "--port", "\(port)", "--save", "", "--appendonly", "no",
            ]
            var process = try ChildProcess(words, in: folder, worksThere: true)
            try process.waitUntilListening(at: port)
            self.port = .success(port)
            self.process = consume process
        } catch {
            port = .failure(error as? BenchFailure ?? BenchFailure("\(error)"))
            process = nil
        }
    }
}
