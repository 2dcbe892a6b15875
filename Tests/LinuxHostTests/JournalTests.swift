import Glibc
import Logging
import OutsideParts
import PrompterCore
import Testing

@testable import LinuxHost

@Suite(.timeLimit(.minutes(10))) struct JournalTests {
    private static let daemon = "/usr/lib/systemd/systemd-journald"

    private func text(_ entry: JournalEntry) -> [String] {
        entry.fields.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func hasItsFields() {
        let entry = JournalEntry(
            level: .warning, message: "timeout",
            LogFields(
                kind: .failure(.timeout),
                fields: [
                    ("provider", .one(SafeText("openai"))), ("template", .several([SafeText("a"), SafeText("b")])),
                ]))
        #expect(
            text(entry) == [
                "MESSAGE=timeout", "PRIORITY=4", "SYSLOG_IDENTIFIER=prompterd",
                "MESSAGE_ID=bdac693053828c249f76f3fda0fa3baa", "PROMPTER_KIND=failure_timeout",
                "PROMPTER_PROVIDER=openai", "PROMPTER_TEMPLATE=a", "PROMPTER_TEMPLATE=b",
            ])
    }

    @Test func nothingFromOutsideMovesTheTerminal() {
        let entry = JournalEntry(
            level: .info, message: "a\u{1B}[2J\nPRIORITY=0", LogFields(fields: [("k", .one(SafeText("b\nc")))]))
        #expect(text(entry)[0] == "MESSAGE=a\\u{1b}[2J\\nPRIORITY=0")
        #expect(text(entry)[3] == "PROMPTER_K=b\\nc")
    }

    @Test(
        arguments: [
            ("provider", "PROMPTER_PROVIDER"), ("request-id", "PROMPTER_REQUEST_ID"), ("_x", "PROMPTER__X"),
            ("ä=\n", "PROMPTER_____"), ("", "PROMPTER_"), ("A1", "PROMPTER_A1"),
        ])
    func namesAreTheJournals(key: String, name: String) {
        #expect(JournalEntry.name(of: key) == name)
    }

    @Test func namesAreBounded() {
        #expect(JournalEntry.name(of: String(repeating: "x", count: 100)).utf8.count == 64)
    }

    @Test func prioritiesAreSyslogs() {
        #expect(Logger.Level.allCases.map(JournalEntry.priority(of:)) == [7, 7, 6, 5, 4, 3, 2])
    }

    @Test func isChosenOnlyWhereTheStreamIsOurs() throws {
        let folder = TemporaryFolder()
        try AtomicFile.write([], to: folder.path(of: "a"))
        let descriptor = open(folder.path(of: "a"), O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var status = stat()
        fstat(descriptor, &status)
        func isJournal(_ stream: String?, _ descriptor: Int32) -> Bool {
            HostLog.isJournal(descriptor, environment: stream.map { ["JOURNAL_STREAM": $0] } ?? [:])
        }
        #expect(isJournal("\(status.st_dev):\(status.st_ino)", descriptor))
        #expect(!isJournal("\(status.st_dev):\(status.st_ino + 1)", descriptor))
        #expect(!isJournal("\(status.st_dev + 1):\(status.st_ino)", descriptor))
        #expect(!isJournal("\(status.st_ino)", descriptor))
        #expect(!isJournal("", descriptor))
        #expect(!isJournal(nil, descriptor))
        #expect(!isJournal("\(status.st_dev):\(status.st_ino)", -1))
    }

    @Test func whatWasLoggedIsWrittenBeforeTheEnd() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(3), observing: [\.standardErrorContent]
        ) {
            HostLog.bootstrap(level: .info, environment: [:])
            let logger = Logger(label: "test")
            for number in 1...100 { logger.info("line \(number)") }
            logger.debug("below its level")
            exit(3)
        }
        let lines = String(decoding: result.standardErrorContent, as: UTF8.self).split(separator: "\n")
        #expect(lines.filter { $0.contains("info     line ") }.count == 100)
        #expect(!lines.contains { $0.contains("below") })
    }

    /// Where JSON is asked for the journal's own form is not taken.
    @Test func writesJSONAlsoToTheJournalsStream() async throws {
        let result = try await #require(processExitsWith: .exitCode(3), observing: [\.standardErrorContent]) {
            var status = stat()
            fstat(STDERR_FILENO, &status)
            HostLog.bootstrap(
                level: .info, format: .json, environment: ["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino)"])
            Log(Logger(label: "test")).notice(.stopped, "stopped")
            exit(HostLog.isStructured ? 3 : 1)
        }
        let line = try #require(result.standardErrorContent.split(separator: 0x0A).last)
        #expect(try JSONDocument(Array(line)).root["message"]?.string == "stopped")
    }

    @Test(
        .enabled(
            if: geteuid() == 0 && access(daemon, X_OK) == 0, "needs root and systemd-journald, for a journal of its own"
        ))
    func journaldStoresIt() async {
        await #expect(processExitsWith: .success) {
            MountNamespace.enter()
            ChildProcess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"])
            let manager = DatagramSocket(at: "/run/notify")
            let journald = ChildProcess([Self.daemon], environment: ["NOTIFY_SOCKET=/run/notify"])
            while !manager.receive().contains("READY=1") {}
            let long = String(repeating: "ü", count: 500)
            let fields = LogFields(
                kind: .failure(.auth),
                fields: [
                    ("provider", .one(SafeText("openai"))), ("template", .several([SafeText("a"), SafeText("b")])),
                    ("text", .one(SafeText(long, limit: 500))),
                ])
            JournalEntry(level: .error, message: "first\nsecond", fields).send()
            ChildProcess.run(["journalctl", "--sync"])
            let output = ChildProcess.run(["journalctl", "-o", "json", "--all", "SYSLOG_IDENTIFIER=prompterd"]).output
            let template = ["journalctl", "-o", "cat", "PROMPTER_TEMPLATE=b"]
            #expect(String(decoding: ChildProcess.run(template).output, as: UTF8.self) == "first\\nsecond\n")
            Catalog.install()
            let explained = ChildProcess.run(["journalctl", "-x", "MESSAGE_ID=\(MessageKind.failure(.auth).id)"])
            kill(journald.process, SIGTERM)
            journald.wait()
            let entry = try? JSONDocument(output).root
            #expect(entry?["MESSAGE"]?.string == "first\\nsecond")
            let help = String(decoding: explained.output, as: UTF8.self)
            #expect(help.contains("Subject: openai refuses the credential"), "\(help)")
            #expect(entry?["PROMPTER_TEMPLATE"]?.elements?.map(\.string) == ["a", "b"])
            #expect(entry?["PRIORITY"]?.string == "3")
            #expect(entry?["PROMPTER_PROVIDER"]?.string == "openai")
            #expect(entry?["PROMPTER_TEXT"]?.string == long)
            #expect(entry?["_PID"]?.string == "\(getpid())")
        }
    }
}
