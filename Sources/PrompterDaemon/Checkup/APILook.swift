import CurlProbing
import PrompterAPI
import PrompterCore

/// A look at the API: whether it answers, and that the daemon is ready.
enum APILook {
    static func diagnosis(_ address: ListenAddress?) async -> Diagnosis {
        guard let address else { return Diagnosis(.api, .skipped, "not set (--listen, PROMPTERD_LISTEN)") }
        func trouble(_ text: String) -> Diagnosis { Diagnosis(.api, .trouble, "\(address): \(text)") }
        do throws(HTTPClientError) {
            let response = try await HTTPClient(userAgent: Settings.userAgent).send(request(to: address))
            switch response.status {
            case 200: return Diagnosis(.api, .fine, "\(address): ready")
            case 503: return trouble("the daemon is starting or stopping; try again in a minute")
            default: return trouble("answers with \(response.status); does another program listen there?")
            }
        } catch {
            // Of a socket, libcurl says that a port of localhost can't be reached.
            return error.kind == .connection
                ? trouble("no connection; does the daemon run with this --listen, and may this user use the socket?")
                : trouble("\(error); is the daemon busy or paused?")
        }
    }

    private static func request(to address: ListenAddress) -> HTTPRequest {
        switch address {
        case .unix(let path):
            var request = HTTPRequest(method: .get, url: "http://localhost/readyz", timeout: .seconds(5))
            request.socket = path
            return request
        case .loopback:
            return HTTPRequest(method: .get, url: "http://\(address)/readyz", timeout: .seconds(5))
        }
    }
}
