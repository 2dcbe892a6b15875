import CurlProbing
import OutsideParts
import PrompterCore
import Testing

/// A provider that answers so, and a client to call it with.
struct Answering {
    private let answer: @Sendable (RecordedRequest) -> FakeAnswer

    init(_ answer: @escaping @Sendable (RecordedRequest) -> FakeAnswer) {
        self.answer = answer
    }

    /// Runs `body` with both; they are stopped behind it.
    func use(_ body: (FakeProvider, HTTPClient) async throws -> Void) async throws {
        let provider = try FakeProvider(answer: answer)
        let client = try HTTPClient()
        try provider.start()
        defer {
            client.shutdown()
            provider.stop()
        }
        try await body(provider, client)
    }
}

func get(_ provider: FakeProvider, path: String = "/", timeout: Duration = .seconds(30)) -> HTTPRequest {
    HTTPRequest(method: .get, url: provider.baseURL + path, timeout: timeout)
}

@discardableResult
func expectFailure(
    _ kind: HTTPClientError.Kind, _ client: HTTPClient, _ request: HTTPRequest,
    sourceLocation: SourceLocation = #_sourceLocation
) async -> HTTPClientError? {
    let error = await #expect(throws: HTTPClientError.self, sourceLocation: sourceLocation) {
        try await client.send(request)
    }
    #expect(error?.kind == kind, "\(error?.description ?? "")", sourceLocation: sourceLocation)
    #expect(error?.description.isEmpty == false, sourceLocation: sourceLocation)
    return error
}
