import PrompterCore
import Testing

struct TransportSecurityTests {
    @Test(arguments: [
        "https://api.openai.com/v1", "HTTPS://API.OPENAI.COM/v1", "https://10.0.0.1:8443/v1/a@b",
        "https://[2001:db8::1]/",
        "http://localhost", "http://localhost/v1", "HTTP://LOCALHOST:8000/v1", "http://localhost:8000?a=b",
        "http://127.0.0.1", "http://127.0.0.1:8000/v1", "http://127.255.255.254/", "http://[::1]",
        "http://[::1]:11434/v1",
        "http://localhost/v1/models/a@b:c",
    ])
    func credentialMayTravel(url: String) {
        #expect(TransportSecurity.mayCarryCredential(url: url))
    }

    @Test(arguments: [
        "", "localhost", "//localhost", "http:", "http://", "https://", "http:/localhost", "http:///localhost",
        "https:///a",
        "ftp://localhost", "file:///etc/passwd", "httpx://localhost", "http+unix://localhost",
        "http://api.openai.com/v1", "http://10.0.0.1", "http://192.168.0.1", "http://0.0.0.0", "http://[::]",
        "http://128.0.0.1",
        // Another host behind a user.
        "http://127.0.0.1@evil.example/", "http://localhost:80@evil.example/", "http://[::1]@evil.example",
        "http://user@localhost/", "http://evil.example@localhost/", "https://127.0.0.1@evil.example/",
        // Names that only begin or end like it.
        "http://localhost.evil.example", "http://localhost.", "http://localhost.localdomain", "http://evil-localhost",
        "http://a.localhost", "http://127.0.0.1.evil.example", "http://127.0.0.1.", "http://1127.0.0.1",
        // Numbers that are read in more than one way.
        "http://127.1", "http://127.0.1", "http://2130706433", "http://0x7f000001", "http://0x7f.0.0.1",
        "http://0177.0.0.1",
        "http://127.0.0.01", "http://127.0.0.256", "http://127.0.0.-1", "http://127.0.0.+1", "http://127..0.1",
        "http://127.0.0.1.1", "http://١٢٧.0.0.1",
        "http://[::ffff:127.0.0.1]", "http://[0:0:0:0:0:0:0:1]", "http://[::1%25lo]", "http://[::1", "http://::1",
        "http://[::1]a",
        "http://[::1].evil.example", "http://[::1]evil.example:80", "http://[::1][::2]",
        // Ports that are none.
        "http://localhost:", "http://localhost:0", "http://localhost:65536", "http://localhost:+80",
        "http://localhost:80:80",
        "http://localhost:80a", "http://localhost:-1",
        // Other separators, and what a C string or a line would end at.
        "http://localhost\\@evil.example", "http:\\\\localhost", "http://evil.example\\@localhost",
        "http://localhost\\.evil",
        "https://a\\b", "http://localhost /", " http://localhost", "http://localhost\t",
        "http://localhost\n.evil.example",
        "http://localhost\0.evil.example", "http://localhost%2eevil.example", "http://localhost%00", "http://ⓛocalhost",
        "http://localhost。", "http://LOCALHOſT", "http://\u{212A}", "https://exämple.com/",
        "http://evil.example#@localhost", "http://evil.example?@localhost", "http://evil.example/@localhost",
        "http://evil.example#localhost",
    ])
    func credentialMayNotTravel(url: String) {
        #expect(!TransportSecurity.mayCarryCredential(url: url))
    }
}
