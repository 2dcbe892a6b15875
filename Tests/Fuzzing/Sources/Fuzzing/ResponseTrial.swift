import PrompterCore

/// Any response of a provider: a version that is one, or a failure in one harmless line.
///
/// The input is a byte that chooses the target, and then written like a response: the status, lines of headers, an empty line,
/// the body.
enum ResponseTrial {
    private static let key = "canary-0123456789"

    private static let targets = {
        let providers = Dialect.allCases.filter { $0 != .stub }.flatMap { dialect in
            ProbeKind.allCases.map { kind in
                Provider(name: "p", dialect: dialect, baseURL: "https://p.example", probe: kind)
            }
        }
        let ollama = Provider(name: "p", dialect: .openAICompatible, baseURL: "https://p.example", server: .ollama)
        return (providers + [ollama]).map { Target(provider: $0, model: "m") }
    }()

    static func run(_ input: [UInt8]) {
        run(response(Array(input.dropFirst())), targets[Int(input.first ?? 0) % targets.count])
    }

    /// The same response to every call of a probe.
    private static func run(_ response: HTTPResponse, _ target: Target) {
        do {
            var exchange = try ProbeExchange(target, credential: Credential(key))
            var calls = 1
            var answer = try exchange.take(response)
            while answer == nil {
                calls += 1
                precondition(calls <= ProbeExchange.mostCalls, "a probe without an end")
                answer = try exchange.take(response)
            }
            if let answer { check(answer) }
        } catch {
            precondition(Harmless.holds("\(error)"), "a harmful failure")
            precondition("\(error)".unicodeScalars.count < 4096, "a failure without an end")
            precondition(!"\(error)".contains(key), "a failure that tells the key")
            if let pause = error.retryAfter { precondition(pause >= .zero && pause <= SlotState.longestHold) }
        }
    }

    private static func check(_ answer: ProbeAnswer) {
        precondition(!answer.version.key.isEmpty, "an empty version")
        for signal in Signal.allCases {
            guard let value = signal == .metadata ? answer.metadata : answer.version[signal] else { continue }
            precondition(answer.shows.shows(signal), "a signal that such a probe does not show")
            precondition(value.utf8.count <= VersionIdentity.longestName && value != "" && !value.contains(key))
        }
        for tokens in [answer.usage.inputTokens, answer.usage.outputTokens] { precondition(tokens ?? 0 >= 0) }
    }

    private static func response(_ input: [UInt8]) -> HTTPResponse {
        var rest = input[...]
        func line() -> ArraySlice<UInt8> {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            rest = rest.dropFirst(line.count + 1)
            return line
        }
        let status = Int(String(decoding: line(), as: UTF8.self)) ?? 200
        var headers: [HTTPHeader] = []
        while true {
            let header = line()
            if header.isEmpty { break }
            let name = header.prefix { $0 != UInt8(ascii: ":") }
            headers.append(
                HTTPHeader(
                    String(decoding: name, as: UTF8.self),
                    String(decoding: header.dropFirst(name.count + 1).drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)))
        }
        return HTTPResponse(status: status, headers: headers, body: Array(rest))
    }
}
