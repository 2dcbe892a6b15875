public import PrompterCore

/// What the API answers from.
public struct APIServices: Sendable {
    /// What came of a question.
    public enum Outcome: Sendable {
        case reply(Reply, Watch.Key)
        case problem(VersionRequest.Problem)
        /// More different triples that are not watched were asked for than are taken, for as long.
        case tooManyUnwatched(Duration)
        /// As many requests wait for an answer as may.
        case busy
    }

    var version: @Sendable (VersionRequest) async -> Outcome
    var exposition: @Sendable () async -> [UInt8]
    var isHealthy: @Sendable () async -> Bool
    var isReady: @Sendable () async -> Bool
    var reload: @Sendable () async -> [String]

    /// - Parameters:
    ///   - version: answers a request, within limits of its own.
    ///   - exposition: the metrics as the textfile has them.
    ///   - isHealthy: whether what should have happened by now has.
    ///   - isReady: whether the daemon runs: not yet while it starts, no more while it stops.
    ///   - reload: reads the watchlist again; the errors of one that is refused.
    public init(
        version: @escaping @Sendable (VersionRequest) async -> Outcome,
        exposition: @escaping @Sendable () async -> [UInt8], isHealthy: @escaping @Sendable () async -> Bool,
        isReady: @escaping @Sendable () async -> Bool, reload: @escaping @Sendable () async -> [String]
    ) {
        self.version = version
        self.exposition = exposition
        self.isHealthy = isHealthy
        self.isReady = isReady
        self.reload = reload
    }
}

/// Answers requests.
struct API: Sendable {
    /// How many errors of a watchlist an answer lists.
    private static let mostErrors = 20

    let services: APIServices
    /// Whether a page in a browser on this machine could send something here, so that nobody else may spend money.
    let isReachableByBrowsers: Bool

    func respond(to request: APIRequest) async -> APIResponse {
        if isReachableByBrowsers, let refusal = BrowserRules.refusal(of: request) { return refusal }
        guard let path = request.path, let route = Route(path: path) else {
            return .problem(404, "Not Found", "nothing is at this path")
        }
        guard route.methods.contains(request.method) else {
            let methods = route.methods.joined(separator: ", ")
            return .problem(
                405, "Method Not Allowed", "use \(methods)", headers: [HTTPHeader("Allow", methods)])
        }
        switch route {
        case .ensureVersion(let template): return await ensureVersion(template, request)
        case .metrics:
            return APIResponse(
                200, type: "text/plain; version=0.0.4; charset=utf-8", await services.exposition())
        case .health:
            return await services.isHealthy()
                ? .text(200, "healthy") : .problem(503, "Service Unavailable", "the scheduler has stalled")
        case .readiness:
            return await services.isReady() ? .text(200, "ready") : Self.notReady
        case .reload:
            guard await services.isReady() else { return Self.notReady }
            let errors = await services.reload()
            // Once a stop has begun, nothing is read.
            guard await services.isReady() else { return Self.notReady }
            return errors.isEmpty
                ? .text(200, "reloaded")
                : .problem(
                    422, "Unprocessable Content", "the watchlist is refused; the previous one stays in force",
                    members: [.init("errors", .array(errors.prefix(Self.mostErrors).map { .string($0) }))])
        }
    }

    private static var notReady: APIResponse {
        .problem(503, "Service Unavailable", "the daemon is starting or stopping")
    }

    private func ensureVersion(_ template: String, _ request: APIRequest) async -> APIResponse {
        let asked: VersionRequest
        do {
            asked = try EnsureVersionBody.read(request.body, template: template)
        } catch {
            return .problem(400, "Bad Request", error.description)
        }
        switch await services.version(asked) {
        case .reply(let reply, let watch): return ReplyResponse.response(reply, of: watch)
        case .problem(let problem):
            switch problem {
            case .unwatched, .unknownProvider: return .problem(404, "Not Found", problem.description)
            case .ambiguous, .reservedParameter: return .problem(400, "Bad Request", problem.description)
            }
        case .tooManyUnwatched(let rest):
            return .problem(
                429, "Too Many Requests",
                "as many triples that are not watched, or as long prompts, were asked for as are taken in a slot; watch them",
                headers: [.retryAfter(rest)])
        case .busy:
            return .problem(
                429, "Too Many Requests", "too many requests are waiting for an answer; try again",
                headers: [.retryAfter(.seconds(1))])
        }
    }
}
