import Glibc
import Logging
import OutsideParts
import PrompterCore
import Testing

@testable import LinuxHost

@Suite(.timeLimit(.minutes(10))) struct JSONLogHandlerTests {
    private func members(_ line: String) throws -> [String: JSONValue] {
        guard case .object(let members) = try JSONDocument(Array(line.utf8)).root.plain else { return [:] }
        return Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.value) })
    }

    @Test func writesOneObjectALine() throws {
        let pipe = LogPipe()
        let subject = LogLine.Subject(provider: "p", model: "m", outcome: "timeout", templates: ["a", "b"])
        let begin = Moment.now.wall
        Log(pipe.jsonLogger).log(LogLine(.warning, .failure(.timeout), "p m: timeout", about: subject))
        var line = try members(pipe.line())
        guard case .string(let text)? = line.removeValue(forKey: "time") else { throw NoTime() }
        let time = try #require(Timestamp(iso8601: text))
        #expect(text.hasSuffix("Z") && text.utf8.count == 24 && (begin...Moment.now.wall).contains(time))
        #expect(
            line == [
                "level": .string("warning"), "message": .string("p m: timeout"), "kind": .string("failure_timeout"),
                "message_id": .string("bdac693053828c249f76f3fda0fa3baa"), "provider": .string("p"),
                "model": .string("m"), "outcome": .string("timeout"),
                "template": .array([.string("a"), .string("b")]),
            ])
    }

    /// One template is a list, too: what is read from a member has one type.
    @Test func leavesOutWhatALineIsNotAbout() throws {
        let pipe = LogPipe()
        Log(pipe.jsonLogger).notice(.stopped, "stopped")
        #expect(try Set(members(pipe.line()).keys) == ["time", "level", "message", "kind", "message_id"])
        let subject = LogLine.Subject(provider: "p", templates: ["a"])
        Log(pipe.jsonLogger).log(LogLine(.info, .event(.first), "first", about: subject))
        let line = try members(pipe.line())
        #expect(line["template"] == .array([.string("a")]) && line["model"] == nil && line["outcome"] == nil)
    }

    @Test func nothingFromOutsideMovesTheTerminal() throws {
        let pipe = LogPipe()
        let hostile = "a\u{1B}[2Jb\nc\"\\\r\u{202E}e\u{9B}f"
        pipe.jsonLogger.error("\(hostile)", metadata: ["\(hostile)": "\(hostile)"])
        let line = pipe.line()
        #expect(
            line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0 != "\u{202E}" }
        )
        #expect(try members(line)["message"] == .string(SafeText(hostile).description))
        #expect(try members(line)[SafeText(hostile).description] == .string(SafeText(hostile).description))
    }

    @Test func isBounded() {
        let pipe = LogPipe()
        let long = String(repeating: "ü", count: 100_000)
        pipe.jsonLogger.error("\(long)", metadata: ["a": "\(long)"])
        #expect(pipe.line().count < 4096 + 1024 + 200)
    }

    @Test func countsWhatWasDropped() throws {
        let pipe = LogPipe()
        let logger = pipe.jsonLogger
        pipe.fill()
        for number in 1...LogQueue.limit + 50 { logger.info("line \(number)") }
        // What filled the pipe stands before it.
        #expect(pipe.line().contains(#""message":"line 1""#))
        #expect(pipe.line().contains(#""message":"line 2""#))
        logger.info("after")
        for number in 3...LogQueue.limit { #expect(pipe.line().contains(#""message":"line \#(number)""#)) }
        let notice = try members(pipe.line())
        #expect(notice["kind"] == .string("lines_dropped") && notice["level"] == .string("warning"))
        #expect(pipe.line().contains(#""message":"after""#))
    }

    private struct NoTime: Error {}
}
