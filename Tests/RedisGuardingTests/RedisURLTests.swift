import PrompterCore
import RedisGuarding
import Testing

struct RedisURLTests {
    @Test(
        arguments: [
            ("redis://localhost", "localhost", 6379, 0, nil, nil),
            ("redis://10.0.0.1:7000/", "10.0.0.1", 7000, 0, nil, nil),
            ("redis://cache/3", "cache", 6379, 3, nil, nil),
            ("redis://cache:1?db=2", "cache", 1, 2, nil, nil),
            ("redis://:secret@cache/0?db=2", "cache", 6379, 2, nil, "secret"),
            (" redis://cache/3\n", "cache", 6379, 3, nil, nil),
            ("redis://[::1]:7000/2", "::1", 7000, 2, nil, nil),
            ("redis://[fe80::1%25eth0]", "fe80::1%eth0", 6379, 0, nil, nil),
            ("redis://:secret@cache:1", "cache", 1, 0, nil, "secret"),
            ("redis://ann:s%40c%2Fr%3At@cache:65535/15", "cache", 65535, 15, "ann", "s@c/r:t"),
            ("redis://a%20b:p:q@r@cache", "cache", 6379, 0, "a b", "p:q@r"),
            ("redis://ann:@cache", "cache", 6379, 0, "ann", ""),
            ("redis://:@cache", "cache", 6379, 0, nil, nil),
        ] as [(String, String, Int, Int, String?, String?)])
    func readsPorts(
        _ text: String, _ host: String, _ port: Int, _ database: Int, _ user: String?, _ password: String?
    ) throws {
        let url = try RedisURL(text)
        #expect(url.address == .tcp(host: host, port: port))
        #expect(url.database == database)
        #expect(url.user == user)
        #expect(url.password?.reveal() == password)
    }

    @Test(
        arguments: [
            ("unix:///run/redis/redis.sock", "/run/redis/redis.sock", 0, nil),
            ("unix:///run/a%20b?db=7", "/run/a b", 7, nil),
            ("unix://ann:secret@/run/@redis?db=0", "/run/@redis", 0, "secret"),
        ] as [(String, String, Int, String?)])
    func readsSockets(_ text: String, _ path: String, _ database: Int, _ password: String?) throws {
        let url = try RedisURL(text)
        #expect(url.address == .unix(path: path))
        #expect(url.database == database)
        #expect(url.password?.reveal() == password)
    }

    @Test(arguments: [
        ("", "starts with neither"), ("localhost:6379", "starts with neither"), ("REDIS://a", "starts with neither"),
        ("s3cret@cache", "starts with neither"), ("rediss://:s3cret@cache", "TLS"), ("redis://", "no host"),
        ("redis://:s3cret@", "no host"), ("redis://s3cret@cache", "without a password"), ("redis://:6379", "no host"),
        ("redis://:s3%cret@cache", "%"), ("redis://:s3%ffcret@cache", "%"), ("redis://a:s3/cret@cache", "port"),
        ("redis://a:s3cret", "port"), ("redis://cache:", "port"), ("redis://cache:0", "port"),
        ("redis://cache:65536", "port"), ("redis://cache:+1", "port"), ("redis://cache:1:2", "port"),
        ("redis://[::1", "bracket"), ("redis://[::1]x", "port"), ("redis://a%00b", "no host"),
        ("redis://a b", "no host"),
        ("redis://cache/s3cret", "database"), ("redis://cache/-1", "database"), ("redis://cache?db=x", "database"),
        ("redis://cache?timeout=s3cret", "\"timeout\""), ("redis://cache/0?db=1&protocol=3", "\"protocol\""),
        ("redis://cache/99999999999999999999", "database"), ("redis://cache/2147483648", "database"),
        ("unix://", "path"), ("unix://run/redis", "path"), ("unix:///", "path"), ("unix:///a%00b", "path"),
        ("unix:///a?password=s3cret", "only db=N"), ("unix:///a?db=", "database"), ("unix:///a?db=x", "database"),
        ("unix:///" + String(repeating: "a", count: 107), "107 bytes"),
    ])
    func refuses(_ text: String, _ reason: String) throws {
        let error = try #require(throws: RedisURLError.self) { try RedisURL(text) }
        let said = "\(error)"
        #expect(error.problem.contains(reason))
        #expect(said.contains("redis://[[user]:password@]host[:port][/db]"))
        #expect(!said.contains("s3") && !said.contains("cret") && !said.contains("\n"))
    }

    @Test func printsNoLogin() throws {
        for text in ["redis://ann:s3cret@cache:7000/2", "redis://:s3cret@[::1]", "unix://:s3cret@/run/redis"] {
            let url = try RedisURL(text)
            var dumped = ""
            dump(url, to: &dumped)
            for said in ["\(url)", String(reflecting: url), String(describing: Optional(url)), dumped] {
                #expect(!said.contains("s3cret"))
            }
            #expect("\(url)".contains("<redacted>@"))
        }
        #expect("\(try RedisURL("redis://cache"))" == "redis://cache:6379/0")
        #expect("\(try RedisURL("redis://:p@[::1]:1/2"))" == "redis://<redacted>@[::1]:1/2")
        #expect("\(try RedisURL("unix:///run/r"))" == "unix:///run/r?db=0")
    }
}
