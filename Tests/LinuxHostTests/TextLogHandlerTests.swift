import Dispatch
import Glibc
import Logging
import OutsideParts
import PrompterCore
import Testing

@testable import LinuxHost

@Suite(.timeLimit(.minutes(10))) struct TextLogHandlerTests {
    @Test func writesOneReadableLine() throws {
        let log = LogPipe()
        log.logger().warning(
            "openai gpt-4o: timeout: no answer within 30s", metadata: ["slot": "7", "class": "timeout"])
        let line = log.line()
        #expect(line.prefix(26).map { $0.isNumber ? "0" : $0 == "-" ? "+" : $0 } == Array("0000+00+00T00:00:00+00:00 "))
        #expect(line.dropFirst(26) == "warning  openai gpt-4o: timeout: no answer within 30s  (class=timeout slot=7)")
    }

    @Test func alignsTheMessages() {
        let log = LogPipe()
        for level in Logger.Level.allCases {
            log.logger().log(level: level, "message")
            let line = log.line()
            #expect(line.dropFirst(35) == "message")
            #expect(line.dropFirst(26).hasPrefix("\(level) "))
        }
    }

    /// In the form that needs no file (tzset(3)): half an hour off UTC, as in India, and west of it.
    @Test(arguments: [
        ("IST-5:30", "22:03:12", "2024-02-29T22:03:12+05:30"), ("NST3:30", "13:03:12", "2024-02-29T13:03:12-03:30"),
        ("NZT-12", "04:33:12", "2024-03-01T04:33:12+12:00"), ("UTC0", "16:33:12", "2024-02-29T16:33:12+00:00"),
    ])
    func tellsTheLocalTime(_ zone: String, _ timeOfDay: String, _ whole: String) async {
        await #expect(processExitsWith: .success) {
            [zone = zone as String, timeOfDay = timeOfDay as String, whole = whole as String] in
            setenv("TZ", zone, 1)
            tzset()
            let moment = Moment(wall: Timestamp(milliseconds: 1_709_224_392_999), uptime: Uptime(sinceStart: .zero))
            #expect(TextLogHandler.time(moment, isWhole: false) == timeOfDay)
            #expect(TextLogHandler.time(moment, isWhole: true) == whole)
        }
    }

    @Test func nothingFromOutsideMovesTheTerminal() {
        let log = LogPipe()
        let hostile = "a\u{1B}[2Jb\nc\rd\u{202E}e\u{9B}f"
        log.logger().error("\(hostile)", error: ProbeFailure(.auth, hostile), metadata: ["\(hostile)": "\(hostile)"])
        log.logger().info("end")
        let line = log.line()
        #expect(
            line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0 != "\u{202E}" }
        )
        #expect(line.contains("a\\u{1b}[2Jb\\nc\\rd"))
        #expect(line.contains("error=\"auth: a\\u{1b}"))
        #expect(log.line().hasSuffix("end"))
    }

    @Test func aValueThatCouldBeMistakenStandsInQuotes() {
        let log = LogPipe()
        log.logger().info("x", metadata: ["a": "one two", "b": "say \"hi\"", "c": "", "d": "plain"])
        #expect(log.line().hasSuffix(#"x  (a="one two" b="say \"hi\"" c="" d=plain)"#))
    }

    /// Its kind is for programs.
    @Test func showsWhatALineIsAbout() {
        let log = LogPipe()
        let subject = LogLine.Subject(provider: "p", model: "m", outcome: "timeout", templates: ["a", "b"])
        Log(log.logger()).log(LogLine(.warning, .failure(.timeout), "p m: timeout", about: subject))
        #expect(log.line().hasSuffix("warning  p m: timeout  (model=m outcome=timeout provider=p template=a,b)"))
        Log(log.logger()).notice(.stopped, "stopped")
        #expect(log.line().hasSuffix("notice   stopped"))
    }

    @Test func theEventsFieldsGoOverTheProvidersOverTheLoggers() {
        let log = LogPipe()
        var logger = log.logger(provider: Logger.MetadataProvider { ["b": "provider", "c": "provider"] })
        logger[metadataKey: "a"] = "logger"
        logger[metadataKey: "b"] = "logger"
        logger.info("x", metadata: ["c": "event"])
        #expect(log.line().hasSuffix("x  (a=logger b=provider c=event)"))
    }

    @Test func belowItsLevelItIsSilent() {
        let log = LogPipe()
        let logger = log.logger(level: .warning)
        logger.info("quiet")
        logger.warning("loud")
        #expect(log.line().hasSuffix("loud"))
    }

    @Test func aReaderThatDoesNotReadHoldsNobodyUp() {
        let log = LogPipe()
        let logger = log.logger()
        // The pipe is full, so the first line waits in write(2) and the others behind it.
        log.fill()
        for number in 1...LogQueue.limit + 50 { logger.info("line \(number)") }
        #expect(log.line().hasSuffix("line 1"))
        // Line 2 was begun, so line 1 has given its place back.
        #expect(log.line().hasSuffix("line 2"))
        logger.info("after")
        for number in 3...LogQueue.limit { #expect(log.line().hasSuffix(" line \(number)")) }
        #expect(
            log.line().hasSuffix("warning  50 log lines were dropped before this one: the output was not being read"))
        #expect(log.line().hasSuffix("after"))
    }

    @Test func aFullPipeThatDoesNotBlockLosesNothing() throws {
        let log = LogPipe()
        let logger = log.logger()
        _ = fcntl(log.ends[1], F_SETFL, O_NONBLOCK)
        let long = String(repeating: "x", count: 2000)
        for number in 1...500 { logger.info("\(number) \(long)") }
        for number in 1...500 { try #require(log.line().hasSuffix(" \(number) \(long)")) }
    }

    @Test func aReaderThatWentAwayIsNoEnd() async {
        await #expect(processExitsWith: .success) {
            signal(SIGPIPE, SIG_IGN)
            let channel = ByteChannel()
            close(channel.reader)
            let output = TextOutput(descriptor: channel.writer, environment: [:])
            let logger = Logger(label: "test") { _ in TextLogHandler(level: .info, output: output) }
            for _ in 0..<10 { logger.info("x") }
            output.drain(within: .seconds(10))
            close(channel.writer)
            logger.info("closed")
            output.drain(within: .seconds(10))
        }
    }

    @Test func coloursOnlyATerminalThatWantsIt() throws {
        let pair = try #require(PseudoTerminal())
        let terminal = pair.terminal
        #expect(TextOutput(descriptor: terminal, environment: [:]).isColoured)
        #expect(TextOutput(descriptor: terminal, environment: ["NO_COLOR": "", "TERM": "xterm"]).isColoured)
        #expect(!TextOutput(descriptor: terminal, environment: ["NO_COLOR": "1"]).isColoured)
        #expect(!TextOutput(descriptor: terminal, environment: ["TERM": "dumb"]).isColoured)
        #expect(!LogPipe().output.isColoured)

        let log = LogPipe(ends: [pair.screen, terminal])
        log.logger().error("hostile \u{1B}[2J", metadata: ["a": "b"])
        let line = log.line()
        #expect(line.prefix(17).map { $0.isNumber ? "0" : $0 } == Array("\u{1B}[0m00:00:00\u{1B}[0m "))
        #expect(line.contains("\u{1B}[31merror\u{1B}[0m    hostile \\u{1b}[2J\u{1B}[2m  (a=b)\u{1B}[0m"))
    }
}
