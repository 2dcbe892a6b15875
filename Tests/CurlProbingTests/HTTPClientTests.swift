import CurlProbing
import Foundation
import OutsideParts
import PrompterCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct HTTPClientTests {
    @Test func sendsWhatIsWrittenAndReadsTheAnswer() async throws {
        let headers = [HTTPHeader("X-One", " a "), HTTPHeader("X-Two", "")]
        try await Answering { _ in .response(status: 418, headers: headers, body: Array("tea".utf8)) }.use {
            provider, client in
            var request = get(provider, path: "/a/b?c=d")
            request.method = .post
            request.headers = [
                HTTPHeader("X-Empty", ""), HTTPHeader("Authorization", "Bearer k"), HTTPHeader("X-Twice", "1"),
                HTTPHeader("X-Twice", "2"),
            ]
            request.body = [0, 1, 2, 255]
            let response = try await client.send(request)
            #expect(response.status == 418)
            let read = [HTTPHeader("X-One", "a"), HTTPHeader("X-Two", ""), HTTPHeader("Content-Length", "3")]
            #expect(response.headers == read)
            #expect(response.body == Array("tea".utf8))
            #expect(response.duration > .zero)
            let seen = try #require(provider.requests.first)
            #expect(seen.method == "POST")
            #expect(seen.path == "/a/b?c=d")
            #expect(seen.body == [0, 1, 2, 255])
            let sent = [
                HTTPHeader("Host", "127.0.0.1:\(provider.port)"), HTTPHeader("User-Agent", "prompterd"),
                HTTPHeader("Accept", "*/*"), HTTPHeader("X-Empty", ""), HTTPHeader("Authorization", "Bearer k"),
                HTTPHeader("X-Twice", "1"), HTTPHeader("X-Twice", "2"), HTTPHeader("Content-Length", "4"),
            ]
            #expect(seen.headers == sent)
        }
    }

    /// What calls of `client` brought a provider that nothing kept waiting. libcurl uses no connection again that was idle for
    /// 118 s (CURLOPT_MAXAGE_CONN), as one may be on a machine that is busy with other work.
    private func requests(
        _ body: (FakeProvider, HTTPClient) async throws -> Void
    ) async throws -> [RecordedRequest] {
        while true {
            let start = ContinuousClock.now
            var requests: [RecordedRequest] = []
            let answering = Answering { .response(status: 200, headers: [], body: Array("\($0.number)".utf8)) }
            try await answering.use { provider, client in
                try await body(provider, client)
                requests = provider.requests
            }
            if ContinuousClock.now - start < .seconds(60) { return requests }
        }
    }

    /// What an earlier call set must not show in a later one that uses the same handle and connection.
    @Test func nothingOfACallStaysForTheNext() async throws {
        let seen = try await requests { provider, client in
            var post = get(provider)
            post.method = .post
            post.headers = [HTTPHeader("Authorization", "Bearer k"), HTTPHeader("User-Agent", "other")]
            post.body = [1]
            var empty = get(provider)
            empty.method = .post
            for (number, request) in [post, get(provider), empty].enumerated() {
                let response = try await client.send(request)
                #expect(response.body == Array("\(number + 1)".utf8))
                #expect(response.headers == [HTTPHeader("Content-Length", "1")])
            }
        }
        #expect(seen.map(\.connection) == [1, 1, 1])
        #expect(seen.map(\.method) == ["POST", "GET", "POST"])
        #expect(seen.map(\.body) == [[1], [], []])
        #expect(seen.map { $0.header("Authorization") } == ["Bearer k", nil, nil])
        #expect(seen.map { $0.header("User-Agent") } == ["other", "prompterd", "prompterd"])
        #expect(seen.map { $0.header("Content-Length") } == ["1", nil, "0"])
        #expect(seen.allSatisfy { $0.header("Accept-Encoding") == nil && $0.header("Content-Type") == nil })
    }

    /// A body of more than a MiB is where libcurl would ask for leave first.
    @Test func largeBodyIsSentAtOnce() async throws {
        try await Answering { .json("\($0.body.count)") }.use { provider, client in
            var request = get(provider)
            request.method = .post
            request.body = Array(repeating: 7, count: 3 << 20)
            let response = try await client.send(request)
            #expect(response.body == Array("\(3 << 20)".utf8))
            #expect(provider.requests.first?.header("Expect") == nil)
        }
    }

    /// What a server sends before its answer (RFC 9110, section 15.2) says nothing of the answer.
    @Test func whatOnlyAnnouncesAnAnswerIsNoneOfIt() async throws {
        let early = "HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\nX-Model: wrong\r\n\r\n"
        let bytes = "HTTP/1.1 100 Continue\r\n\r\n\(early)HTTP/1.1 200 OK\r\nX-Own: 1\r\nContent-Length: 2\r\n\r\n{}"
        try await Answering { _ in .bytes(Array(bytes.utf8)) }.use { provider, client in
            let response = try await client.send(get(provider))
            #expect(response.status == 200 && response.body == Array("{}".utf8))
            #expect(response.headers == [HTTPHeader("X-Own", "1"), HTTPHeader("Content-Length", "2")])
        }
    }

    @Test func redirectIsNotFollowed() async throws {
        let headers = [HTTPHeader("Location", "/elsewhere")]
        try await Answering { _ in .response(status: 302, headers: headers, body: []) }.use { provider, client in
            let response = try await client.send(get(provider))
            #expect(response.status == 302)
            #expect(provider.requests.count == 1)
        }
    }

    @Test func connectionIsKeptAndUsedAgain() async throws {
        let seen = try await requests { provider, client in
            for _ in 0..<100 { _ = try await client.send(get(provider)) }
        }
        #expect(Set(seen.map(\.connection)) == [1])
    }

    @Test func manyCallsAtOnceEachGetTheirOwnAnswer() async throws {
        try await Answering { .json($0.path) }.use { provider, client in
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<500 {
                    let request = get(provider, path: "/\(number)")
                    group.addTask { (try? await client.send(request).body) == Array("/\(number)".utf8) }
                }
                for await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func refusedConnection() async throws {
        // It has its port, and does not listen.
        let provider = try FakeProvider { _ in .hang }
        let client = try HTTPClient()
        await expectFailure(.connection, client, get(provider))
        client.shutdown()
    }

    @Test func unknownNameIsNoConnection() async throws {
        let client = try HTTPClient()
        // RFC 6761, section 6.4: never resolves.
        let request = HTTPRequest(method: .get, url: "http://name.invalid/", timeout: .seconds(30))
        await expectFailure(.connection, client, request)
        client.shutdown()
    }

    @Test(arguments: [
        FakeAnswer.hang, .drip(Array(repeating: 1, count: 100), pause: .seconds(1)),
        .drip(Array(repeating: 1, count: 1_000_000), pause: .milliseconds(1)),
    ])
    func slowAnswerEndsAtTimeout(answer: FakeAnswer) async throws {
        try await Answering { _ in answer }.use { provider, client in
            await expectFailure(.timeout, client, get(provider, timeout: .milliseconds(100)))
        }
    }

    /// Zero must not become libcurl's "no limit".
    @Test(arguments: [Duration.zero, .seconds(-1), .nanoseconds(1)])
    func timeoutWithoutTimeEnds(timeout: Duration) async throws {
        try await Answering { _ in .hang }.use { provider, client in
            await expectFailure(.timeout, client, get(provider, timeout: timeout))
        }
    }

    @Test func largestBodyPasses() async throws {
        let body = [UInt8](repeating: 7, count: HTTPClient.largestBody)
        try await Answering { _ in .response(status: 200, headers: [], body: body) }.use { provider, client in
            let response = try await client.send(get(provider))
            #expect(response.body == body)
        }
    }

    private static let tooMuch = [UInt8](repeating: 7, count: HTTPClient.largestBody + 1)

    private static func longHeader(_ length: Int) -> HTTPHeader {
        HTTPHeader("X", String(repeating: "x", count: length))
    }

    @Test(
        arguments: [
            .response(status: 200, headers: [], body: tooMuch),
            .bytes(Array("HTTP/1.1 200 OK\r\n\r\n".utf8) + tooMuch),
            .bytes(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n".utf8) + tooMuch),
            .truncated(tooMuch, length: 100 << 20),
            .endless(chunk: tooMuch),
            .response(status: 500, headers: [], body: tooMuch),
            .response(status: 200, headers: [longHeader(66000)], body: []),
            .response(status: 200, headers: Array(repeating: longHeader(990), count: 70), body: []),
        ] as [FakeAnswer])
    func tooLargeAnswerIsCutOff(answer: FakeAnswer) async throws {
        try await Answering { _ in answer }.use { provider, client in
            await expectFailure(.tooLarge, client, get(provider))
        }
    }

    @Test(arguments: [
        FakeAnswer.bytes([]), .reset(after: []), .truncated(Array("{\"model\":".utf8), length: 100),
        .reset(after: Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".utf8)),
        .bytes(Array("HTTP/1.1 200 OK\r\nContent-Le".utf8)),
        .bytes(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab".utf8)),
    ])
    func brokenAnswerIsNoConnection(answer: FakeAnswer) async throws {
        try await Answering { _ in answer }.use { provider, client in
            await expectFailure(.connection, client, get(provider))
        }
    }

    @Test func answerThatIsNotHTTPIsMalformed() async throws {
        try await Answering { _ in .bytes(Array("220 mail.example ESMTP\r\n".utf8)) }.use { provider, client in
            await expectFailure(.malformed, client, get(provider))
        }
    }

    /// libcurl would send it again on a new connection, though it may have been served.
    @Test(arguments: [FakeAnswer.bytes([]), .reset(after: [])])
    func requestIsNeverSentTwice(answer: FakeAnswer) async throws {
        try await Answering { $0.number == 1 ? .json("{}") : answer }.use { provider, client in
            _ = try await client.send(get(provider))
            await expectFailure(.connection, client, get(provider))
            #expect(provider.requests.map(\.connection) == [1, 1])
            // And the handle is as good as new.
            await expectFailure(.connection, client, get(provider))
            #expect(provider.requests.count == 3)
        }
    }

    @Test func cancelledTaskEndsItsCall() async throws {
        try await Answering { $0.path == "/hang" ? .hang : .json("{}") }.use { provider, client in
            let request = get(provider, path: "/hang", timeout: .seconds(3600))
            let call = Task { try await client.send(request) }
            _ = await provider.request(1)
            call.cancel()
            let error = await #expect(throws: HTTPClientError.self) { try await call.value }
            #expect(error?.kind == .cancelled)
            let next = try await client.send(get(provider))
            #expect(next.status == 200)
        }
    }

    /// Many times, since the client's thread may hear of the end before it hears of the call, or after.
    @Test func cancelledBeforeItBegan() async throws {
        try await Answering { _ in .hang }.use { provider, client in
            let request = get(provider)
            for _ in 0..<1000 {
                let call = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return try await client.send(request)
                }
                let answer = await call.result
                guard case .failure(let error as HTTPClientError) = answer, error.kind == .cancelled else {
                    Issue.record("\(answer)")
                    break
                }
            }
            #expect(provider.requests.isEmpty)
        }
    }

    @Test func shutdownEndsWhatIsOutstanding() async throws {
        try await Answering { _ in .hang }.use { provider, client in
            let request = get(provider, timeout: .seconds(3600))
            let calls = (0..<10).map { _ in Task { try await client.send(request) } }
            _ = await provider.request(10)
            client.shutdown()
            client.shutdown()
            for call in calls {
                let error = await #expect(throws: HTTPClientError.self) { try await call.value }
                #expect(error?.kind == .cancelled)
            }
            await expectFailure(.cancelled, client, request)
            #expect(provider.requests.count == 10)
        }
    }

    @Test(arguments: [
        "", "localhost", "ftp://localhost/", "file:///etc/passwd", "http://", "http://127.0.0.1:x/", "http://a b/",
        "http://a\0b/",
        "http://a\r\nX: y/", "http://exämple/", "http://user:pass@127.0.0.1/", "http://[::1/",
    ])
    func badURLIsRefused(url: String) async throws {
        let client = try HTTPClient()
        await expectFailure(.invalidRequest, client, HTTPRequest(method: .get, url: url, timeout: .seconds(30)))
        client.shutdown()
    }

    @Test(arguments: [
        HTTPHeader("X", "a\r\nInjected: b"), HTTPHeader("X", "a\nb"), HTTPHeader("X", "a\rb"), HTTPHeader("X", "a\0b"),
        HTTPHeader("X\r\nInjected", "b"), HTTPHeader("X: Injected", "b"), HTTPHeader("X\n", "b"), HTTPHeader("", "b"),
        HTTPHeader("X;", "b"), HTTPHeader("X ", "b"), HTTPHeader("@/etc/passwd", "b"),
    ])
    func headerInjectionIsRefused(header: HTTPHeader) async throws {
        try await Answering { _ in .json("{}") }.use { provider, client in
            var request = get(provider)
            request.headers = [header]
            let error = await expectFailure(.invalidRequest, client, request)
            #expect(error?.description.contains("Injected: b") == false)
            #expect(provider.requests.isEmpty)
        }
    }

    @Test func anAuthorityFileThatCanNotBeUsedIsTheRequestsFault() async throws {
        let client = try HTTPClient()
        let server = try TLSServer()
        var request = HTTPRequest(method: .get, url: "https://localhost:\(server.port)/", timeout: .seconds(30))
        request.authorityFile = "/etc/authority.pem"
        await expectFailure(.invalidRequest, client, request)
        client.trust(["/etc/authority.pem": .unusable(SafeText("no such file"))])
        let error = await expectFailure(.invalidRequest, client, request)
        #expect(error?.description == "ca_file: no such file")
        let broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
        client.trust(["/etc/authority.pem": .certificates(Array(broken.utf8))])
        await expectFailure(.invalidRequest, client, request)
        // What was good stays so, whatever became of the file.
        client.trust(["/etc/authority.pem": .certificates(try certificates(of: server))])
        client.trust(["/etc/authority.pem": .unusable(SafeText("no such file"))])
        #expect(try await client.send(request).status == 200)
        client.shutdown()
    }

    private func certificates(of server: TLSServer) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: server.certificateFile)))
    }

    @Test func certificateIsVerified() async throws {
        let client = try HTTPClient()
        let server = try TLSServer()
        var request = HTTPRequest(method: .get, url: "https://localhost:\(server.port)/", timeout: .seconds(30))
        await expectFailure(.connection, client, request)
        client.trust([server.certificateFile: .certificates(try certificates(of: server))])
        request.authorityFile = server.certificateFile
        let response = try await client.send(request)
        #expect(response.status == 200)
        // The connection that this authority vouches for serves nobody who trusts the system's.
        request.authorityFile = nil
        await expectFailure(.connection, client, request)
        // The certificate names localhost, and not its address.
        request.authorityFile = server.certificateFile
        request.url = "https://127.0.0.1:\(server.port)/"
        await expectFailure(.connection, client, request)
        client.shutdown()
    }
}
