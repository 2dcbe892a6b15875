import Foundation
import Glibc
import OutsideParts
import PrompterCore
import Testing

/// `prompterd doctor`, against sites where all is well and where one thing is not.
@Suite(.timeLimit(.minutes(10))) struct DoctorTests {
    private struct Line {
        var check: String
        var subject: String?
        var result: String
        var text: String
    }

    private struct Answer {
        var status: Int32
        var lines: [Line]

        func expect(
            _ check: Diagnosis.Check, of subject: String? = nil, _ verdict: Diagnosis.Verdict, _ text: String,
            _ place: SourceLocation = #_sourceLocation
        ) {
            let line = lines.first { $0.check == check.rawValue && (subject == nil || $0.subject == subject) }
            #expect(
                line?.result == verdict.rawValue && line?.text.contains(text) == true, "\(lines)", sourceLocation: place
            )
            if verdict == .trouble { #expect(status == 1, sourceLocation: place) }
        }
    }

    private func doctor(
        _ site: Site, _ arguments: [String] = [], environment: [String: String] = [:], wrapper: [String] = []
    ) async throws -> Answer {
        let end = await Program.run(
            ["doctor", "--format", "json"] + site.options + arguments, environment: environment, wrapper: wrapper)
        let root = try JSONSerialization.jsonObject(with: Data(end.output.utf8))
        let lines = try #require(root as? [[String: Any]], "\(end)").map { line in
            Line(
                check: line["check"] as? String ?? "", subject: line["subject"] as? String,
                result: line["result"] as? String ?? "", text: line["text"] as? String ?? "")
        }
        #expect(Set(lines.map(\.check)) == Set(Diagnosis.Check.allCases.map(\.rawValue)))
        let hasTrouble = lines.contains { $0.result == "trouble" }
        #expect(end.status == (hasTrouble ? 1 : 0) && end.errors.isEmpty, "\(end)")
        return Answer(status: end.status, lines: lines)
    }

    /// A file's changes leave a trace in one of these.
    private func traces(of site: Site) throws -> [String: [Int]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: site.folder.path)
        return Dictionary(
            uniqueKeysWithValues: try names.map { name -> (String, [Int]) in
                var status = stat()
                guard stat(site.folder.path(of: name), &status) == 0 else { throw CocoaError(.fileNoSuchFile) }
                return (name, [Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec])
            })
    }

    private func setAge(_ seconds: Double, of path: String) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: path)
    }

    /// A watchlist of one watch, whose provider has these members.
    private static func list(_ members: String) -> String {
        """
        {"providers":{"p":{"dialect":"openai-compatible",\(members)}},
         "watches":[{"template":"t","provider":"p","model":"m","interval":"1h"}]}
        """
    }

    @Test func allIsFine() async throws {
        let provider = try FakeProvider { request in
            request.method == "GET" ? .json("{}", status: 404) : .completion(model: "m-real")
        }
        try provider.start()
        defer { provider.stop() }
        let redis = try await RedisServer(on: .port, arguments: ["--maxmemory-policy", "noeviction"])
        let site = try Site(Self.list(#""base_url":"\#(provider.baseURL)/v1","api_key_file":"key""#))
        chmod(site.folder.path, 0o755)
        let key = site.folder.path(of: "key")
        try "sk-secret".write(toFile: key, atomically: true, encoding: .utf8)
        chmod(key, 0o600)
        let listen = ["--listen", "unix:\(site.folder.path(of: "api.sock"))"]
        let program = try await site.ready(listen, environment: ["REDIS_URL": redis.url])
        #expect(await program.line(with: "API: listening"))
        #expect(await program.line(with: "first seen as"))
        // Nothing but the doctor is left to change a file.
        program.pause()
        let before = try traces(of: site)
        let paused = try await doctor(site, listen, environment: ["REDIS_URL": redis.url])
        paused.expect(.api, .trouble, "timed out after 5")
        #expect(try traces(of: site) == before)
        program.send(SIGCONT)
        let answer = try await doctor(site, listen, environment: ["REDIS_URL": redis.url])
        answer.expect(.watchlist, .fine, "valid; 1 watch, 1 target")
        answer.expect(.credential, of: "p", .fine, "found in \(key), mode 0600, changed ")
        answer.expect(.provider, of: "p", .fine, "\(provider.baseURL)/v1: answers")
        answer.expect(.redis, .fine, "answers; maxmemory-policy noeviction")
        answer.expect(.database, .fine, "mode 0640; ")
        answer.expect(.daemon, .fine, "process \(program.processID) runs with this database")
        answer.expect(.textfile, .fine, "every user can read it")
        answer.expect(.series, .fine, #"no other textfile beside it has service="prompterd", env="dev""#)
        answer.expect(.api, .fine, "ready")
        // Whether the machine of a test has a time service, or systemd, is its own business.
        #expect(answer.lines.allSatisfy { $0.result == "fine" || ["clock", "unit"].contains($0.check) })
        let asked = provider.requests.filter { $0.method == "GET" }
        #expect(asked.map(\.path) == ["/v1", "/v1"] && asked.allSatisfy { $0.header("Authorization") == nil })
        #expect(asked.allSatisfy { $0.header("User-Agent") == "prompterd/0.1.0" })
        let text = await site.run(["doctor"] + site.options + listen, environment: ["REDIS_URL": redis.url])
        #expect(text.output.split(separator: "\n").count == answer.lines.count && text.status == answer.status)
        #expect(text.output.contains(/\nfine +daemon +process/), "\(text.output)")
        #expect(await program.stop().status == 0)
        await redis.stop()
    }

    @Test func nothingIsThereYet() async throws {
        let site = try Site(Site.stubs(1))
        let answer = try await doctor(site, ["--textfile", site.folder.path(of: "absent/p.prom")])
        answer.expect(.database, .trouble, "there is no database; `prompterd run` creates it")
        answer.expect(.daemon, .trouble, "start it (systemctl start prompterd)")
        answer.expect(.textfile, .trouble, "its folder does not exist")
        answer.expect(.provider, .skipped, "none is called")
        answer.expect(.redis, .skipped, "REDIS_URL")
        answer.expect(.api, .skipped, "--listen")
        #expect(try FileManager.default.contentsOfDirectory(atPath: site.folder.path) == ["watchlist.json"])
    }

    @Test func theWatchlistIsBad() async throws {
        let site = try Site("{")
        try await doctor(site).expect(.watchlist, .trouble, "watchlist.json:1:2")
        try await doctor(site).expect(.watchlist, .trouble, "a start fails")
        try site.write(Site.stubs(1))
        let program = try await site.ready()
        program.pause()
        try site.write(Site.stubs(2))
        // It has just been written: the daemon may be about to read it.
        try await doctor(site).expect(.watchlist, .fine, "2 watches")
        try setAge(600, of: site.watchlist)
        try await doctor(site).expect(.watchlist, .trouble, "the daemon still uses that of ")
        try site.write("{")
        try await doctor(site).expect(.watchlist, .trouble, "the daemon uses the last good one, of ")
        program.send(SIGKILL)
        _ = await program.end()
        try await doctor(site).expect(.watchlist, .trouble, "a start would use the last good one, of ")
        try await doctor(site).expect(.daemon, .trouble, "no `prompterd run` uses ")
    }

    @Test func aKeyIsBad() async throws {
        let site = try Site()
        let base = #""base_url":"http://127.0.0.1:\#(try FreePort.find())","#
        let key = site.folder.path(of: "key")
        try site.write(Self.list(base + #""api_key_env":"ABSENT_KEY""#))
        try await doctor(site).expect(.credential, of: "p", .trouble, "ABSENT_KEY is not set")
        try await doctor(site, environment: ["ABSENT_KEY": "sk-1"]).expect(
            .credential, of: "p", .fine, "found in $ABSENT_KEY")
        try site.write(Self.list(base + #""api_key_file":"key""#))
        try await doctor(site).expect(.credential, of: "p", .trouble, "no such file")
        try "sk-1".write(toFile: key, atomically: true, encoding: .utf8)
        chmod(key, 0o644)
        try await doctor(site).expect(
            .credential, of: "p", .trouble, "every user on this machine can read it; run chmod")
        try site.write(
            Self.list(base + #""api_key_file":"key""#).replacing(
                #""providers""#,
                with: #""defaults":{"on_change":{"webhook":"https://h.example/s3cret","header_file":"h"}},"providers""#)
        )
        let answer = try await doctor(site)
        answer.expect(.credential, of: site.folder.path(of: "h"), .trouble, "no such file")
        #expect(!answer.lines.contains { $0.text.contains("s3cret") })
    }

    /// What the daemon has found out outlives it.
    @Test(
        arguments: [
            (401, #"{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}"#, "auth", "valid key"),
            (
                429, #"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#, "quota",
                "raise the limit"
            ),
        ] as [(Int, String, String, String)])
    func aKeyIsRefused(status: Int, body: String, cause: String, advice: String) async throws {
        let provider = try FakeProvider { _ in .json(body, status: status) }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(Self.list(#""base_url":"\#(provider.baseURL)","api_key_env":"P_KEY""#))
        let environment = ["P_KEY": "sk-1"]
        let program = try await site.ready(environment: environment)
        #expect(await program.line(with: "p: \(cause): "), "\(program.errors)")
        #expect(await program.stop().status == 0)
        let answer = try await doctor(site, environment: environment)
        answer.expect(
            .credential, of: "p", .trouble, "found in $P_KEY; the provider refused the last call (\(cause)): ")
        answer.expect(.credential, of: "p", .trouble, advice)
        #expect(!answer.lines.contains { $0.text.contains("sk-1") })
        // An outage says nothing of the key, nor does what one model needs.
        for change in ["cause = 'timeout'", "cause = 'auth', target = zeroblob(32)"] {
            let sql = "UPDATE stand_offs SET \(change)"
            #expect(ChildProcess.run(["sqlite3", "-cmd", ".timeout 5000", site.database, sql]).status == 0)
            try await doctor(site, environment: environment).expect(.credential, of: "p", .fine, "found in $P_KEY")
        }
    }

    /// Whether it is taken now, a call of the daemon's shows.
    @Test func aRefusedKeyIsReplaced() async throws {
        let provider = try FakeProvider { _ in
            .json(#"{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}"#, status: 401)
        }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(Self.list(#""base_url":"\#(provider.baseURL)","api_key_file":"key""#))
        let key = site.folder.path(of: "key")
        try "sk-1".write(toFile: key, atomically: true, encoding: .utf8)
        chmod(key, 0o600)
        let program = try await site.ready()
        #expect(await program.line(with: "p: auth: "), "\(program.errors)")
        let recorded = "SELECT count(*) FROM stand_offs, targets WHERE last_attempt_at > 0"
        while try site.number(recorded) == 0 { try await Task.sleep(for: .milliseconds(50)) }
        program.pause()
        try await doctor(site).expect(.credential, of: "p", .trouble, "give it a valid key; the daemon tries")
        try setAge(-60, of: key)
        try await doctor(site).expect(
            .credential, of: "p", .trouble, "the key was changed since; run systemctl reload prompterd")
        program.send(SIGKILL)
        _ = await program.end()
        try await doctor(site).expect(.credential, of: "p", .trouble, "the key was changed since; start the daemon")
    }

    @Test(
        arguments: [
            (.hang, "timed out after 5"), (.bytes(Array("SSH-2.0-x\r\n".utf8)), "check its base_url"),
            (.json("{}", status: 503), "answers with 503"),
        ] as [(FakeAnswer, String)])
    func aProviderAnswersBadly(answer: FakeAnswer, text: String) async throws {
        let provider = try FakeProvider { _ in answer }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(Self.list(#""base_url":"\#(provider.baseURL)""#))
        try await doctor(site).expect(.provider, of: "p", .trouble, text)
    }

    @Test func aProviderIsNotReached() async throws {
        let site = try Site(Self.list(#""base_url":"http://127.0.0.1:\#(try FreePort.find())""#))
        try await doctor(site).expect(.provider, of: "p", .trouble, "onnect")
        try await doctor(site, environment: ["PROMPTER_PROBE_DISABLED": "1"]).expect(
            .provider, .skipped, "PROMPTER_PROBE_DISABLED")
        try site.write(Self.list(#""base_url":"https://absent.invalid/v1""#))
        try await doctor(site).expect(.provider, of: "p", .trouble, "esolv")
        let server = try TLSServer()
        try site.write(Self.list(#""base_url":"https://localhost:\#(server.port)""#))
        try await doctor(site).expect(.provider, of: "p", .trouble, "certificate")
        try site.write(
            Self.list(#""base_url":"https://localhost:\#(server.port)","ca_file":"\#(server.certificateFile)""#))
        try await doctor(site).expect(.provider, of: "p", .fine, "answers")
        try site.write(Self.list(#""base_url":"https://localhost:\#(server.port)","ca_file":"absent""#))
        try await doctor(site).expect(.provider, of: "p", .trouble, "ca_file")
    }

    @Test func theClockIsWrong() async throws {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        let date = format.string(from: Date(timeIntervalSinceNow: 7200))
        let provider = try FakeProvider { _ in
            .response(status: 404, headers: [HTTPHeader("Date", date)], body: [])
        }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(Self.list(#""base_url":"\#(provider.baseURL)""#))
        try await doctor(site).expect(.clock, .trouble, "behind p's; set it")
    }

    @Test(arguments: [
        (["--requirepass", "s3cret"], "", "NOAUTH"), (["--requirepass", "s3cret"], "wrong", "AUTH was refused"),
        (["--replicaof", "127.0.0.1", "1"], "", "it is a replica"),
        (["--maxmemory", "1", "--maxmemory-policy", "noeviction"], "", "its memory is full"),
        (["--maxmemory", "1gb", "--maxmemory-policy", "allkeys-lru"], "", "set noeviction"),
    ]) func redisIsBad(arguments: [String], password: String, text: String) async throws {
        let redis = try await RedisServer(on: .port, arguments: arguments)
        let site = try Site(Site.stubs(1))
        let login = password.isEmpty ? "redis://" : "redis://:\(password)@"
        let url = redis.url.replacing("redis://", with: login)
        let answer = try await doctor(site, environment: ["REDIS_URL": url])
        answer.expect(.redis, .trouble, text)
        #expect(!answer.lines.contains { !password.isEmpty && $0.text.contains(password) })
        await redis.stop()
    }

    @Test func redisDoesNotAnswer() async throws {
        let redis = try await RedisServer(on: .port)
        let site = try Site(Site.stubs(1))
        redis.pause()
        try await doctor(site, environment: ["REDIS_URL": redis.url]).expect(.redis, .trouble, "no answer within 2s")
        await redis.kill()
        try await doctor(site, environment: ["REDIS_URL": redis.url]).expect(.redis, .trouble, "Connection refused")
        await redis.stop()
    }

    @Test func redisIsAskedWithAPassword() async throws {
        // A user who may lease slots and no more.
        let user = [
            "--user", "p", "on", ">s3cret", "~*", "+set", "+getrange", "+pttl", "+eval", "+get", "+del", "+select",
        ]
        let redis = try await RedisServer(on: .port, arguments: user)
        let site = try Site(Site.stubs(1))
        let url = redis.url.replacing("redis://", with: "redis://p:s3cret@")
        try await doctor(site, environment: ["REDIS_URL": url]).expect(
            .redis, .fine, "<redacted>@127.0.0.1")
        await redis.stop()
    }

    @Test func theDatabaseIsBad() async throws {
        let site = try Site(Site.stubs(1))
        try "no database".write(toFile: site.database, atomically: true, encoding: .utf8)
        try await doctor(site).expect(.database, .trouble, "not an SQLite database")
        try FileManager.default.removeItem(atPath: site.database)
        #expect(ChildProcess.run(["sqlite3", site.database, "CREATE TABLE t (x)"]).status == 0)
        try await doctor(site).expect(.database, .trouble, "another program's database")
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files away and mount disks"))
    func theDatabasesFilesAreBad() async throws {
        let site = try Site(Site.stubs(1))
        #expect(await site.start(["--once"]).end().status == 0)
        try await doctor(site).expect(.database, .fine, "owner root")
        #expect(chown("\(site.database)-wal", 65534, 65534) == 0)
        try await doctor(site).expect(.database, .trouble, "-wal is nobody's, but the database is root's")
        // What root makes in somebody's folder is theirs.
        let folder = site.folder.path(of: "state")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        #expect(chown(folder, 65534, 65534) == 0)
        let theirs = ["--watchlist", site.watchlist, "--database", "\(folder)/p.db", "--probes", "stub"]
        #expect(await Program.run(["run", "--once"] + theirs).status == 0)
        for name in ["p.db", "p.db-wal", "p.db.lock"] {
            var status = stat()
            #expect(stat("\(folder)/\(name)", &status) == 0 && status.st_uid == 65534, "\(name)")
            #expect(status.st_mode & 0o777 == 0o600, "\(name)")
        }
        let disk = try SmallDisk(megabytes: 16)
        let options = ["--watchlist", site.watchlist, "--database", "\(disk.path)/p.db"]
        #expect(await Program.run(["run", "--once"] + options, wrapper: disk.wrapper).status == 0)
        let end = await Program.run(["doctor"] + options, wrapper: disk.wrapper)
        #expect(end.status == 1 && end.output.contains(/its disk has only \d+ MB left; free some space/), "\(end)")
    }

    /// A group's folder, of which the daemon's user is a member.
    @Test(.enabled(if: geteuid() == 0, "only root can become another user"))
    func aDatabaseMayBeInAnothersFolder() async throws {
        let site = try Site(Site.stubs(1))
        chmod(site.folder.path, 0o755)
        let folder = site.folder.path(of: "state")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        #expect(chown(folder, 65534, 12345) == 0 && chmod(folder, 0o2775) == 0)
        let database = ["--database", "\(folder)/p.db"]
        let program = try await site.ready(
            database, wrapper: ["setpriv", "--reuid", "4242", "--regid", "4242", "--groups", "12345"])
        try await doctor(site, database).expect(.database, .fine, "owner user 4242")
        #expect(chown("\(folder)/p.db.lock", 0, 0) == 0)
        try await doctor(site, database).expect(
            .database, .trouble, "p.db.lock is root's, but the daemon runs as user 4242; run chown user 4242")
        #expect(chown("\(folder)/p.db.lock", 4242, 12345) == 0)
        #expect(await program.stop().status == 0)
        try await doctor(site, database).expect(.database, .fine, "owner user 4242")
    }

    @Test func theTextfileIsBad() async throws {
        let site = try Site(Site.stubs(1))
        let program = try await site.ready()
        #expect(await program.line(with: "first seen as"))
        // A test's folder is its owner's alone.
        try await doctor(site).expect(.textfile, .trouble, "only the owner may use \(site.folder.path); run chmod o+rX")
        chmod(site.folder.path, 0o755)
        try await doctor(site).expect(.textfile, .fine, "every user can read it")
        chmod(site.textfile, 0o640)
        try await doctor(site).expect(.textfile, .fine, "only members of ")
        chmod(site.textfile, 0o644)
        program.pause()
        try setAge(600, of: site.textfile)
        try await doctor(site).expect(
            .textfile, .trouble, ", although the daemon writes it every minute")
        try await doctor(site, ["--textfile", site.folder.path(of: "other.prom")]).expect(
            .textfile, .trouble, "it is missing, although the daemon runs")
        program.send(SIGCONT)
        #expect(await program.stop().status == 0)
    }

    @Test func anotherDaemonWritesTheSameTextfile() async throws {
        let (site, other) = (try Site(Site.stubs(1)), try Site(Site.stubs(1)))
        chmod(site.folder.path, 0o755)
        let program = try await site.ready()
        #expect(await program.line(with: "first seen as"))
        try await doctor(site).expect(.textfile, .fine, "every user can read it")
        // What the other writes stays.
        program.pause()
        let arguments = ["--textfile", site.textfile]
        let second = try await other.ready(arguments)
        try await doctor(site).expect(.textfile, .trouble, "another daemon writes this textfile, too")
        try await doctor(other, arguments).expect(.textfile, .fine, "every user can read it")
        program.send(SIGCONT)
        #expect(await second.stop().status == 0)
        #expect(await program.stop().status == 0)
    }

    @Test func anotherDaemonWritesTheSameSeries() async throws {
        let site = try Site(Site.stubs(1))
        #expect(await site.start(["--once"]).end().status == 0)
        let other = site.folder.path(of: "other.prom")
        try FileManager.default.copyItem(atPath: site.textfile, toPath: other)
        try await doctor(site).expect(.series, .trouble, "\(other) also has service=\"prompterd\", env=\"dev\"")
        try await doctor(site, environment: ["METRICS_ENV": "prod"]).expect(.series, .fine, "env=\"prod\"")
    }

    /// What systemctl of systemd 252 prints, on a machine that seems to run it.
    @Test(
        .enabled(if: geteuid() == 0, "only root can mount"),
        arguments: [
            ("ActiveState=active", "exit 0", .fine, "prompterd.service is active, its watchdog is 3min"),
            ("ActiveState=failed", "exit 0", .trouble, "it is failed"),
            ("ActiveState=active", "exit 1", .skipped, "systemctl show prompterd.service fails"),
            ("ActiveState=active", "exec sleep 60", .skipped, "systemctl show prompterd.service fails"),
        ] as [(String, String, Diagnosis.Verdict, String)])
    func theUnitIsLookedAt(state: String, ending: String, verdict: Diagnosis.Verdict, text: String) async throws {
        let site = try Site(Site.stubs(1))
        let shown = """
            Type=notify
            NotifyAccess=main
            WatchdogUSec=3min
            Result=success
            ExecMainStatus=0
            LoadState=loaded
            \(state)
            SubState=running
            UnitFileState=enabled
            NeedDaemonReload=no
            """
        let programs = site.folder.path(of: "bin")
        try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: false)
        try "#!/bin/sh\ncat <<END\n\(shown)\nEND\n\(ending)\n".write(
            toFile: "\(programs)/systemctl", atomically: true, encoding: .utf8)
        chmod("\(programs)/systemctl", 0o755)
        let script = "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && exec \"$@\""
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        try await doctor(
            site, environment: ["PATH": "\(programs):\(path)"],
            wrapper: ["unshare", "--mount", "sh", "-c", script, "sh"]
        ).expect(.unit, verdict, text)
    }

    @Test func theAPIDoesNotAnswer() async throws {
        let site = try Site(Site.stubs(1))
        let socket = "unix:\(site.folder.path(of: "api.sock"))"
        try await doctor(site, ["--listen", socket]).expect(.api, .trouble, "does the daemon run with this --listen")
        let other = try FakeProvider { .json("{}", status: $0.path == "/readyz" ? 503 : 200) }
        try other.start()
        defer { other.stop() }
        try await doctor(site, environment: ["PROMPTERD_LISTEN": "127.0.0.1:\(other.port)"]).expect(
            .api, .trouble, "the daemon is starting or stopping")
        #expect(other.requests.map { $0.header("User-Agent") } == ["prompterd/0.1.0"])
    }

    /// It takes the settings of `run`, and refuses what that refuses.
    @Test func aSettingIsInvalid() async throws {
        let site = try Site(Site.stubs(1))
        let end = await site.run(["doctor"] + site.options, environment: ["PROMPTERD_RETENTION": "soon"])
        #expect(end.status == 78 && end.errors.contains("PROMPTERD_RETENTION should be"), "\(end)")
    }
}
