import PrompterCore
import Testing

@testable import PrompterAPI

/// What is answered to which request, without a network.
struct APITests {
    /// What the API asked.
    private final class Asked: Sendable {
        let requests = Locked<[VersionRequest]>([])
    }

    private static let key = Watch.Key(org: "o", workspace: "w", template: "t", provider: "openai", model: "gpt-4o")
    private static let version = VersionIdentity(resolvedModel: "gpt-4o-2024-08-06", fingerprint: "fp_1")!

    private static func api(
        _ outcome: APIServices.Outcome = .tooManyUnwatched(.seconds(60)), isUp: Bool = true, errors: [String] = [],
        isReachableByBrowsers: Bool = false, asked: Asked = Asked()
    ) -> API {
        API(
            services: APIServices(
                version: { request in
                    asked.requests.withLock { $0.append(request) }
                    return outcome
                }, exposition: { Array("prompter_up 1\n".utf8) }, isHealthy: { isUp }, isReady: { isUp },
                reload: { errors }), isReachableByBrowsers: isReachableByBrowsers)
    }

    private static func text(_ response: APIResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    private static func header(_ name: String, of response: APIResponse) -> String? {
        response.headers.first { $0.name == name }?.value
    }

    @Test(arguments: [
        ("/api/prompt-templates/a%20b%2Fc/ensure-version", "a b/c"), ("/t/ensure-version", "t"),
        ("/v1/templates/%E6%A8%A1/ensure-version?x=1", "模"),
    ])
    func aTemplateIsReadFromEachPath(_ path: String, _ template: String) async {
        let asked = Asked()
        _ = await Self.api(asked: asked).respond(to: APIRequest(method: "POST", target: path))
        #expect(asked.requests.withLock { $0.map(\.template) } == [template])
    }

    @Test(arguments: [
        ("GET", "/", 404), ("POST", "/v2/templates/t/ensure-version", 404), ("POST", "/t/%zz/ensure-version", 404),
        ("POST", "/%ff/ensure-version", 404), ("POST", "/ensure-version", 404), ("GET", "/t/ensure-version", 405),
        ("POST", "/metrics", 405), ("GET", "/-/reload", 405), ("GET", "/metrics", 200), ("HEAD", "/metrics", 200),
        ("GET", "/healthz", 200), ("GET", "/-/healthy", 200), ("GET", "/readyz", 200), ("GET", "/-/ready", 200),
        ("POST", "/-/reload", 200),
    ])
    func eachPathHasItsMethods(_ method: String, _ path: String, _ status: Int) async {
        let response = await Self.api().respond(to: APIRequest(method: method, target: path))
        #expect(response.status == status)
        #expect((Self.header("Allow", of: response) != nil) == (status == 405))
        let isProblem = Self.header("Content-Type", of: response) == "application/problem+json"
        #expect(isProblem == (status >= 400))
    }

    @Test func whatIsDownIsUnavailable() async {
        let api = Self.api(isUp: false)
        for (method, path) in [("GET", "/healthz"), ("GET", "/readyz"), ("POST", "/-/reload")] {
            #expect(await api.respond(to: APIRequest(method: method, target: path)).status == 503)
        }
    }

    /// A stop that begins during a reload keeps it from reading anything.
    @Test func aReloadThatAStopOvertakesIsUnavailable() async {
        let isUp = Locked(true)
        let api = API(
            services: APIServices(
                version: { _ in .busy }, exposition: { [] }, isHealthy: { true }, isReady: { isUp.withLock { $0 } },
                reload: {
                    isUp.withLock { $0 = false }
                    return []
                }), isReachableByBrowsers: false)
        #expect(await api.respond(to: APIRequest(method: "POST", target: "/-/reload")).status == 503)
    }

    @Test func aRefusedWatchlistIsToldOf() async {
        let api = Self.api(errors: (0..<30).map { "watchlist.json:\($0):1: bad" })
        let reload = await api.respond(to: APIRequest(method: "POST", target: "/-/reload"))
        #expect(reload.status == 422 && Self.text(reload).contains("watchlist.json:19:1: bad"))
        #expect(!Self.text(reload).contains("watchlist.json:20:1: bad"))
    }

    @Test func anAnswerHasTheRoutersMembers() async {
        let answer = Reply.Answer(
            version: Self.version, time: Timestamp(milliseconds: 0), isNew: true, source: .probed, confidence: .proven)
        let response = await Self.api(.reply(.answer(answer), Self.key))
            .respond(to: APIRequest(method: "POST", target: "/t/ensure-version"))
        #expect(response.status == 200)
        #expect(
            Self.text(response) == """
                {"version_id":"\(VersionID(of: Self.version, watch: Self.key))","provider":"openai",\
                "provider_version_key":"fp_1","resolved_model":"gpt-4o-2024-08-06","fingerprint":"fp_1",\
                "captured_at":"1970-01-01T00:00:00.000Z","is_new":true,"confidence":"proven","source":"probed"}

                """)
    }

    static let replies: [(Reply, Int, String?, String)] = [
        (.failure(ProbeFailure(.timeout, "no answer")), 502, nil, #""failure":"timeout""#),
        (.notRecorded(version, reason: "the disk is full"), 503, nil, #""provider_version_key":"fp_1""#),
        (.notMade(.standOff(.quota, rest: .milliseconds(1500))), 429, "2", #""failure":"quota""#),
        (.notMade(.standOff(.quota, rest: .zero)), 429, "1", #""not_made":"stand_off""#),
        (.notMade(.held(.seconds(7))), 429, "7", #""not_made":"held""#),
        (.notMade(.limited(.milliseconds(200))), 429, "1", #""not_made":"limited""#),
        (.notMade(.givenUp(.malformed)), 502, nil, #""failure":"malformed""#),
        (.notMade(.credential("no key")), 502, nil, #""failure":"auth""#),
        (.notMade(.disabled), 503, nil, #""not_made":"disabled""#),
        (.notMade(.store("locked")), 503, nil, #""detail":"locked""#),
        (.notMade(.stopping), 503, nil, #""not_made":"stopping""#),
        (.notMade(.deadline), 504, nil, #""not_made":"deadline""#),
    ]

    @Test(arguments: replies.indices)
    func eachReplyHasItsStatus(_ index: Int) async {
        let (reply, status, wait, part) = Self.replies[index]
        let response = await Self.api(.reply(reply, Self.key))
            .respond(to: APIRequest(method: "POST", target: "/t/ensure-version"))
        #expect(response.status == status && Self.header("Retry-After", of: response) == wait)
        #expect(Self.text(response).contains(part), "\(Self.text(response))")
    }

    @Test(arguments: [
        (VersionRequest.Problem.unwatched("t"), 404), (.unknownProvider("opneai", suggestion: ""), 404),
        (.ambiguous(2), 400), (.reservedParameter("stream"), 400),
    ])
    func whatFindsNothingIsAProblem(_ problem: VersionRequest.Problem, _ status: Int) async {
        let response = await Self.api(.problem(problem))
            .respond(to: APIRequest(method: "POST", target: "/t/ensure-version"))
        #expect(response.status == status)
        let tooMany = await Self.api().respond(to: APIRequest(method: "POST", target: "/t/ensure-version"))
        #expect(tooMany.status == 429 && Self.header("Retry-After", of: tooMany) == "60")
        let busy = await Self.api(.busy).respond(to: APIRequest(method: "POST", target: "/t/ensure-version"))
        #expect(busy.status == 429 && Self.header("Retry-After", of: busy) == "1")
    }

    @Test func theBodyIsRead() async {
        let asked = Asked()
        let body = """
            {"org_id":"o","workspace_id":null,"provider":"openai","model_id":"gpt-4o","system_instructions":"Be brief.",
             "inference_params":{"temperature":0.20,"seed":7},"force":true,"trace":{"id":1}}
            """
        let request = APIRequest(method: "POST", target: "/t/ensure-version", body: Array(body.utf8))
        _ = await Self.api(asked: asked).respond(to: request)
        let read = asked.requests.withLock { $0[0] }
        #expect(read.org == "o" && read.workspace == nil && read.provider == "openai" && read.model == "gpt-4o")
        #expect(read.systemInstructions == "Be brief." && read.isForced)
        #expect(read.inferenceParameters?.text == #"{"temperature":0.20,"seed":7}"#)
    }

    @Test(arguments: [
        ("{", "no JSON"), ("[]", "should be an object, not an array"),
        (#"{"provider":7}"#, "provider should be a string"),
        (#"{"force":"yes"}"#, "force should be true or false"), (#"{"inference_params":[]}"#, "should be an object"),
        (#"{"inference_params":{"logit_bias":["# + String(repeating: "0,", count: 2000) + "0]}}", "no JSON"),
        (#"{"org_id":""# + String(repeating: "o", count: 257) + #""}"#, "org_id is longer than 256"),
        (String(repeating: "[", count: 100_000), "no JSON"),
    ])
    func aBadBodyIsToldOf(_ body: String, _ message: String) async {
        let asked = Asked()
        let request = APIRequest(method: "POST", target: "/t/ensure-version", body: Array(body.utf8))
        let response = await Self.api(asked: asked).respond(to: request)
        #expect(response.status == 400 && Self.text(response).contains(message), "\(Self.text(response))")
        #expect(asked.requests.withLock { $0.isEmpty })
    }

    static let browsers: [([String: [String]], Int)] = [
        (["host": ["localhost:9465"], "content-type": ["application/json; charset=utf-8"]], 200),
        (["host": ["127.0.0.1"], "content-type": ["Application/JSON"]], 200),
        (["host": ["[::1]:9465"], "content-type": ["application/json"]], 200),
        (["host": ["evil.example:9465"], "content-type": ["application/json"]], 421),
        (["host": ["localhost.evil.example"], "content-type": ["application/json"]], 421),
        (["content-type": ["application/json"]], 421),
        (["host": ["localhost", "evil.example"], "content-type": ["application/json"]], 421),
        (["host": ["localhost"], "content-type": ["application/json"], "origin": ["null"]], 403),
        (["host": ["localhost"]], 415), (["host": ["localhost"], "content-type": ["text/plain"]], 415),
        (["host": ["localhost"], "content-type": ["text/plain;application/json"]], 415),
    ]

    @Test(arguments: browsers)
    func noPageInABrowserCanAsk(_ headers: [String: [String]], _ status: Int) async {
        let request = APIRequest(method: "POST", target: "/-/reload", headers: headers)
        #expect(await Self.api(isReachableByBrowsers: true).respond(to: request).status == status)
        #expect(await Self.api().respond(to: request).status == 200)
    }
}
