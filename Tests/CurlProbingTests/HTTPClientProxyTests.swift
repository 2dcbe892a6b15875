import CurlProbing
import Glibc
import OutsideParts
import PrompterCore
import Testing

/// Each in a process of its own, since the environment belongs to all tests of this one.
@Suite(.timeLimit(.minutes(10))) struct HTTPClientProxyTests {
    private static func request(_ url: String) -> HTTPRequest {
        HTTPRequest(method: .get, url: url, headers: [HTTPHeader("Authorization", "Bearer k")], timeout: .seconds(30))
    }

    @Test func secureCallIsTunnelledAndItsHeadersAreNotShown() async {
        await #expect(processExitsWith: .success) {
            try await Answering { _ in .json("{}", status: 502) }.use { proxy, client in
                setenv("HTTPS_PROXY", proxy.baseURL, 1)
                await expectFailure(.connection, client, Self.request("https://name.invalid/v1"))
                #expect(proxy.requests.map(\.method) == ["CONNECT"])
                #expect(proxy.requests.map(\.path) == ["name.invalid:443"])
                #expect(proxy.requests.first?.header("Authorization") == nil)
            }
        }
    }

    @Test func namesInNoProxyAreCalledDirectly() async {
        await #expect(processExitsWith: .success) {
            try await Answering { _ in .json("{}", status: 502) }.use { proxy, client in
                setenv("HTTPS_PROXY", proxy.baseURL, 1)
                setenv("NO_PROXY", "name.invalid", 1)
                await expectFailure(.connection, client, Self.request("https://name.invalid/v1"))
                #expect(proxy.requests.isEmpty)
            }
        }
    }

    @Test func plainCallToThisMachineIsShownToNoProxy() async {
        await #expect(processExitsWith: .success) {
            try await Answering { _ in .json("{}") }.use { proxy, client in
                setenv("http_proxy", proxy.baseURL, 1)
                setenv("ALL_PROXY", proxy.baseURL, 1)
                try await Answering { _ in .json("{}") }.use { provider, _ in
                    _ = try await client.send(Self.request(provider.baseURL))
                    #expect(provider.requests.count == 1)
                }
                #expect(proxy.requests.isEmpty)
                // Other plain calls do go there.
                _ = try await client.send(Self.request("http://name.invalid/"))
                #expect(proxy.requests.map(\.path) == ["http://name.invalid/"])
            }
        }
    }

    @Test(arguments: ["user:secret@[bad", "nonsense://user:secret@proxy:1"])
    func passwordOfAProxyIsNotTold(proxy: String) async {
        await #expect(processExitsWith: .success) { [proxy] in
            setenv("HTTPS_PROXY", proxy, 1)
            let client = try HTTPClient()
            let error = await #expect(throws: HTTPClientError.self) {
                try await client.send(Self.request("https://name.invalid/"))
            }
            #expect(error?.description.contains("secret") == false)
        }
    }
}
