import Testing

@testable import PrompterAPI

struct ListenAddressTests {
    @Test(arguments: [
        ("unix:/run/prompterd/api.sock", "unix:/run/prompterd/api.sock"), ("127.0.0.1:9465", "127.0.0.1:9465"),
        ("localhost:9465", "127.0.0.1:9465"), ("[::1]:9465", "[::1]:9465"),
    ])
    func isRead(text: String, shown: String) {
        #expect(ListenAddress(text)?.description == shown)
    }

    @Test(arguments: [
        "", "unix:", "unix:api.sock", "unix:/" + String(repeating: "a", count: 107), "9465", ":9465", "0.0.0.0:9465",
        "192.168.1.4:9465", "localhost:", "localhost:0", "localhost:65536", "localhost:+80", "[::]:9465",
        "127.0.0.1:８０",
    ])
    func isRefused(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
