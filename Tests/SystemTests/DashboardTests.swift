import Foundation
import OutsideParts
import PrompterCore
import Testing

/// The rules and the dashboard in Debian's Prometheus, which scrapes the built daemon through Debian's node_exporter.
@Suite(.timeLimit(.minutes(10))) struct DashboardTests {
    private static let root = #filePath.replacing(#/\/Tests\/.*$/#, with: "")
    /// What Grafana puts in place of a variable.
    private static let variables = [
        "$service": ".*", "$env": ".*", "$provider": ".*", "$__rate_interval": "1m",
    ]

    /// One watch whose model changes, one whose model is gone, and one whose model is about to end.
    private static let watchlist = """
        {"defaults":{"interval":"1s","timeout":"900ms"},
         "providers":{"local":{"dialect":"openai-compatible","base_url":"URL"},
           "catalogue":{"dialect":"openai","base_url":"URL","probe":"metadata"}},
         "watches":[
           {"template":"a \\"quoted\\" one","provider":"local","model":"changing","expect":["model-a"]},
           {"template":"t","provider":"local","model":"gone"},
           {"template":"t","provider":"catalogue","model":"old","interval":"1h"}]}
        """

    private func provider() throws -> FakeProvider {
        let answers = Locked(0)
        let provider = try FakeProvider { request in
            guard request.text.contains(#""changing""#) else {
                guard request.text.contains(#""gone""#) else { return FakeDialects.answer(request) }
                let error = #"{"message":"The model `gone` does not exist","code":"model_not_found"}"#
                return .json(#"{"error":\#(error)}"#, status: 404)
            }
            let number = answers.withLock { count in
                count += 1
                return count
            }
            return .completion(model: number <= 20 ? "model-a" : "model-b")
        }
        try provider.start()
        return provider
    }

    @Test func everyQueryAnswers() async throws {
        let provider = try provider()
        let redis = try await RedisServer(on: .port)
        defer { provider.stop() }
        let site = try Site(Self.watchlist.replacing("URL", with: provider.baseURL))
        let program = try await site.ready(environment: ["REDIS_URL": redis.url, "OPENAI_API_KEY": "k"])
        let prometheus = try await Prometheus(
            textfiles: site.folder.path, rules: "\(Self.root)/deploy/prometheus/prompterd.rules.yml")
        defer { prometheus.stop() }
        #expect(try await prometheus.answers(#"prompter_version_changes_total{kind="replaced"} > 0"#))

        for query in try Self.dashboardQueries() {
            #expect(try await prometheus.answers(query), "no data for \(query)")
        }
        try await expectRules(of: prometheus)
        for summary in [
            "local changing: another version answers (replaced), used by a \"quoted\" one",
            "a \"quoted\" one: local changing is served by a version that the watch does not expect",
            "t: local no longer knows gone",
        ] {
            #expect(try await fires(summary, in: prometheus), "\(summary)")
        }
        #expect(await program.stop().status == 0)
        await redis.stop()
    }

    /// Waits up to a minute until one alert with `summary` fires.
    private func fires(_ summary: String, in prometheus: Prometheus) async throws -> Bool {
        for _ in 0..<120 {
            let alerts = try prometheus.ask("alerts")["alerts"]?.elements ?? []
            let own = alerts.filter { $0["annotations"]?["summary"]?.string == summary }
            if own.count == 1, own[0]["state"]?.string == "firing" { return true }
            try await Task.sleep(for: .milliseconds(500))
        }
        return false
    }

    /// Each is evaluated without an error, and each metric that it names is there. What is recorded has series.
    private func expectRules(of prometheus: Prometheus) async throws {
        let names = Set(
            try prometheus.ask("label/__name__/values").elements?.compactMap(\.string) ?? [])
        let groups = try #require(try prometheus.ask("rules")["groups"]?.elements)
        let rules = groups.flatMap { $0["rules"]?.elements ?? [] }
        #expect(rules.count >= 22)
        for rule in rules {
            let (name, query) = (try #require(rule["name"]?.string), try #require(rule["query"]?.string))
            #expect(rule["health"]?.string == "ok", "\(name): \(rule["lastError"]?.string ?? "")")
            for used in query.replacing(#/"[^"]*"/#, with: "").matches(
                of: #/\b(?:prompter_|node_|provider:|model:)[\w:]+/#)
            {
                #expect(names.contains(String(used.0)), "\(name) uses \(used.0), which nobody exposes")
            }
            if rule["type"]?.string == "recording" {
                #expect(try await prometheus.answers(name), "no data for \(name)")
            } else {
                #expect(rule["labels"]?["severity"]?.string != nil, "\(name)")
                for annotation in ["summary", "description", "runbook"] {
                    #expect(
                        rule["annotations"]?[annotation]?.string?.isEmpty == false, "\(name) lacks its \(annotation)")
                }
            }
        }
    }

    /// The queries of its panels, annotations and variables.
    private static func dashboardQueries() throws -> [String] {
        let text = try String(contentsOfFile: "\(root)/deploy/grafana/prompterd.json", encoding: .utf8)
        let dashboard = try JSONDocument(Array(text.utf8)).root
        let panels = dashboard["panels"]?.elements ?? []
        let queries =
            panels.flatMap { $0["targets"]?.elements ?? [] } + (dashboard["annotations"]?["list"]?.elements ?? [])
        #expect(panels.count >= 10 && queries.count > panels.count)
        let variables = (dashboard["templating"]?["list"]?.elements ?? []).compactMap { $0["definition"]?.string }
        #expect(variables.count == 3)
        return queries.compactMap { $0["expr"]?.string }.map { expression in
            // What stands in for an empty answer is none.
            Self.variables.reduce(expression.replacing(" or vector(0)", with: "")) {
                $0.replacing($1.key, with: $1.value)
            }
        } + variables.map { $0.replacing(#/label_values\((\w+), (\w+)\)/#) { "count by (\($0.2)) (\($0.1)) > 0" } }
    }
}
