import OutsideParts
import PrompterCore

/// The provider of a campaign, and what it saw: each call with the run of the daemon that made it, in one order with what was
/// done to the daemons.
///
/// Each run has a credential of its own, so that a call names its run; and an answer carries the call's number as its input
/// tokens, which the daemon records (and other instances import), so that an observation names its call.
final class CallLog: Sendable {
    /// One call.
    struct Call: Sendable {
        /// The provider's number of the request.
        var number: Int
        var run: Int
        var model: String
        /// Its place among the calls and the marks.
        var order: Int
        /// Whether its answer is a version, and was written to its last byte.
        var isAnswered = false
    }

    private struct State {
        var calls: [Int: Call] = [:]
        var order = 0
    }

    /// So many calls in a row are answered with the same version, whatever the model.
    private static let versionLength = 60

    let provider: FakeProvider
    private let state: SharedState

    private final class SharedState: Sendable {
        let value = Locked(State())
    }

    /// - Parameter seed: decides which calls are answered slowly, wrongly or not at all.
    init(seed: UInt64) throws {
        let state = SharedState()
        self.state = state
        provider = try FakeProvider { request in
            state.value.withLock { $0.calls[request.number]?.isAnswered = true }
        } answer: { request in
            state.value.withLock { state in
                state.order += 1
                state.calls[request.number] = Call(
                    number: request.number, run: Self.run(of: request), model: Self.model(of: request),
                    order: state.order)
            }
            return Self.answer(to: request.number, seed: seed)
        }
        try provider.start()
    }

    /// The fingerprint that the answer to the call `number` shows.
    static func fingerprint(of number: Int) -> String { "fp-\(number / versionLength)" }

    /// The credential of a run.
    static func credential(ofRun run: Int) -> String { "run-\(run)" }

    /// A place in the order: all calls that arrived are before it.
    func mark() -> Int {
        state.value.withLock { state in
            state.order += 1
            return state.order
        }
    }

    /// How many calls there were.
    var count: Int { state.value.withLock { $0.calls.count } }

    /// All calls, in their order.
    var calls: [Call] { state.value.withLock { $0.calls.values.sorted { $0.order < $1.order } } }

    /// Waits until the run makes a call after `mark`.
    ///
    /// - Returns: `false` where the campaign is cancelled before.
    func call(ofRun run: Int, after mark: Int) async -> Bool {
        var number = count
        while !state.value.withLock({ $0.calls.values.contains { $0.run == run && $0.order > mark } }) {
            number += 1
            guard await provider.request(number) != nil else { return false }
        }
        return true
    }

    private static func run(of request: RecordedRequest) -> Int {
        request.header("Authorization").flatMap { Int($0.drop { !$0.isNumber }) } ?? -1
    }

    private static func model(of request: RecordedRequest) -> String {
        guard let document = try? JSONDocument(request.body) else { return "" }
        return document.root["model"]?.string ?? ""
    }

    private static func answer(to number: Int, seed: UInt64) -> FakeAnswer {
        let text = """
            {"object":"chat.completion","model":"m-real","system_fingerprint":"\(fingerprint(of: number))",\
            "choices":[],"usage":{"prompt_tokens":\(number),"completion_tokens":1}}
            """
        switch (UInt64(number) &* 0x9e37_79b9_7f4a_7c15 &+ seed) >> 32 % 64 {
        case 0: return .hang
        // It says that it is none, by its end.
        case 1: return .bytes(Array("HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\n{}".utf8))
        case 2..<20: return .drip(Array(text.utf8), pause: .microseconds(500))
        default: return .json(text)
        }
    }
}
