import Foundation
import Glibc
import OutsideParts
import PrompterCore
import Testing

/// No secret is in anything that the program writes, whatever goes wrong: its output and errors at trace level, the database,
/// the textfile, Redis, messages to the service manager, a crash's message.
@Suite(.timeLimit(.minutes(15))) struct LeakTests {
    /// What is searched, and what was found in it.
    private struct Search {
        let search: CanarySearch
        private(set) var count = 0

        init(_ canaries: [Canary]) {
            search = CanarySearch(canaries)
        }

        mutating func expectNone(
            in bytes: some Sequence<UInt8>, of what: String, _ place: SourceLocation = #_sourceLocation
        ) {
            let found = search.canaries(in: bytes)
            #expect(found.isEmpty, "\(what)", sourceLocation: place)
            count += 1
        }

        mutating func expectNone(in end: Program.End, of what: String, _ place: SourceLocation = #_sourceLocation) {
            expectNone(in: end.output.utf8, of: "the output of \(what)", place)
            expectNone(in: end.errors.utf8, of: "the errors of \(what)", place)
        }

        mutating func expectNone(inFilesOf site: LeakSite, _ place: SourceLocation = #_sourceLocation) throws {
            for (file, bytes) in try site.written() { expectNone(in: bytes, of: file, place) }
        }
    }

    private let leaking: FakeProvider
    private let receiver: FakeProvider
    /// Nobody listens at its port.
    private let refusing: FakeProvider

    init() throws {
        leaking = try FakeProvider(answer: LeakingAnswer.answer)
        receiver = try FakeProvider { request in
            let told = "\(request.path) \(request.header("Authorization") ?? "") \(request.text)"
            switch request.number % 3 {
            case 0: return .response(status: 204, headers: [], body: [])
            case 1: return .json(JSONValue.string(told).text, status: 500)
            default:
                return .response(status: 302, headers: [HTTPHeader("Location", request.path)], body: Array(told.utf8))
            }
        }
        refusing = try FakeProvider { _ in .hang }
        try leaking.start()
        try receiver.start()
    }

    private func site(_ variables: LeakSite.Variables) throws -> LeakSite {
        try LeakSite(
            variables, leaking: leaking.baseURL, refusing: refusing.baseURL, receiver: receiver.baseURL)
    }

    @Test(arguments: LeakSite.Variables.allCases)
    func everyFailureIsSilentAboutKeys(_ variables: LeakSite.Variables) async throws {
        defer { leaking.stop() }
        defer { receiver.stop() }
        var leak = try site(variables)
        let site = leak.site
        let login = ["--user", "prompterd", "on", ">\(LeakSite.password.secret)", "~*", "&*", "+@all"]
        let redis = try await RedisServer(on: .port, arguments: login)
        var search = Search(leak.canaries)
        // What is searched for is found where it is.
        for path in leak.given.subtracting([site.watchlist]) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(!search.search.canaries(in: bytes).isEmpty, "\(path)")
        }
        async let told = Self.notices(at: site.folder.path(of: "notify"))
        var environment = leak.environment
        environment["REDIS_URL"] = redis.url.replacing(
            "redis://", with: "redis://prompterd:\(LeakSite.password.secret)@")
        let trace = ["--log-level", "trace"]
        let once = await site.start(["--once"] + trace, environment: environment).end()
        search.expectNone(in: once, of: "run --once")
        #expect(once.status == 1)
        for failure in FailureClass.allCases { #expect(once.errors.contains(": \(failure.rawValue): "), "\(failure)") }
        #expect(once.errors.contains("slots are shared"))
        // Every key was sent, and to every provider.
        let keys = Set(leaking.requests.map(LeakingAnswer.key))
        #expect(Set(leak.canaries.dropFirst(6).map(\.secret)).subtracting(keys).isEmpty)

        environment["NOTIFY_SOCKET"] = site.folder.path(of: "notify")
        let program = try await site.ready(trace, environment: environment)
        #expect(await leaking.request(leaking.requests.count + 300) != nil)
        #expect(await receiver.request(1)?.header("Authorization")?.contains(LeakSite.header.secret) == true)
        // Keys that are none, in files that all can read; then good ones.
        let key = try #require(leak.canaries.first { $0.name == "compatible's key by file" })
        for (text, line) in [
            ("\(key.secret)\n\(key.secret)\n", "it has more than one line"),
            ("Bearer \(key.secret)", "it contains a blank"),
        ] {
            try leak.give(text, in: "key-compatible")
            program.send(SIGHUP)
            #expect(await program.line(with: line))
        }
        try leak.give("X \(LeakSite.header.secret)\n", in: "headers")
        try leak.give(key.secret, in: "key-compatible")
        #expect(chmod(site.folder.path(of: "key-compatible"), 0o644) == 0)
        program.send(SIGHUP)
        #expect(await program.line(with: "every user on this machine can read it"))
        #expect(await leaking.request(leaking.requests.count + 300) != nil)
        // What Redis keeps runs out within seconds: it is read while the daemon writes it.
        let script = "local all = '' for _, key in ipairs(redis.call('KEYS', '*')) do "
        let answer = try redis.ask("EVAL", script + "all = all .. key .. redis.call('GET', key) end return all", "0")
        let kept = try #require(answer.text)
        #expect(kept.utf8.count > 1000)
        search.expectNone(in: kept.utf8, of: "Redis")
        let end = await program.stop()
        #expect(end.status == 0)
        search.expectNone(in: end, of: "run")
        search.expectNone(in: await told.utf8, of: "the messages to the service manager")
        try await searchCommands(leak, environment, &search)
        try search.expectNone(inFilesOf: leak)
        #expect(search.count > 20)
        await redis.stop()
    }

    /// What a service manager is told until the daemon stops.
    private static func notices(at path: String) async -> String {
        let socket = DatagramSocket(at: path)
        return await withCheckedContinuation { all in
            Thread.detachNewThread {
                var text = ""
                while !text.contains("STOPPING=1") { text += socket.receive() }
                all.resume(returning: text)
            }
        }
    }

    private func searchCommands(
        _ leak: LeakSite, _ environment: [String: String], _ search: inout Search
    ) async throws {
        let site = leak.site
        let asked = leak.providers.filter { $0.hasPrefix("compatible-") && $0 != "compatible-hang" }.prefix(12)
        let commands =
            [["check", site.watchlist], ["doctor"] + site.options]
            + ["status", "versions", "history"].map { [$0, "--database", site.database] }
            + asked.map { ["probe", $0, "--force", "--log-level", "trace"] + site.options }
        for command in commands {
            for format in ["text", "json"] {
                let end = await site.run(command + ["--format", format], environment: environment)
                #expect(end.output.count + end.errors.count > 10, "\(command)")
                search.expectNone(in: end, of: command.joined(separator: " "))
            }
        }
        let export = await site.run(["export", "--database", site.database])
        #expect(export.status == 0 && export.output.count > 1000)
        search.expectNone(in: export, of: "export")
    }

    /// As by an error in the program, and by a watchdog.
    @Test(arguments: [SIGABRT, SIGSEGV, SIGTRAP])
    func aCrashIsSilentAboutKeys(_ signal: Int32) async throws {
        defer { leaking.stop() }
        defer { receiver.stop() }
        let leak = try site(.keys)
        var search = Search(leak.canaries)
        // A test's programs are told that a backtrace is not wanted; this one is not.
        let program = try await leak.site.ready(
            ["--log-level", "trace"], environment: leak.environment, wrapper: ["env", "-u", "SWIFT_BACKTRACE"])
        #expect(await leaking.request(200) != nil)
        program.send(signal)
        let end = await program.end()
        #expect(end.status == -signal && !end.errors.contains("Backtrac"))
        search.expectNone(in: end, of: "a crash")
        try search.expectNone(inFilesOf: leak)
    }
}
