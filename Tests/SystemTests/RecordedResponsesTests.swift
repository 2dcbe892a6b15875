import Foundation
import GRDB
import OutsideParts
import PrompterCore
import Testing

/// Real responses of real providers through the built daemon, each as its provider sent it.
struct RecordedResponsesTests {
    private struct Row: Sendable {
        var number: Int
        var dialect: String
        var api: String
        var model: String
        var path: String
        var status: Int
        var headers: [HTTPHeader]
        var body: [UInt8]
        var outcome: String
        var resolvedModel: String?
        var fingerprint: String?
        var key: String?
        var inputTokens: Int?
        var outputTokens: Int?

        var name: String { "row-\(number)" }

        /// The path before what the dialect puts behind its base URL.
        var prefix: String {
            let azure = dialect == "azure-openai" ? ["/openai/deployments/", "/openai/v1/"] : []
            let own = azure + ["/models/", "/chat/completions", "/responses", "/messages"]
            let start = own.compactMap { path.firstRange(of: $0)?.lowerBound }.min() ?? path.endIndex
            return "/\(name)\(path[..<start])"
        }

        func provider(at url: String) -> [String: String] {
            var entry = ["dialect": dialect, "base_url": url + prefix]
            if dialect == "anthropic" { entry["probe"] = "completion" }
            if api == "responses" { entry["api"] = "responses" }
            if path.contains("/deployments/") { entry["api_version"] = "2024-10-21" }
            return entry
        }
    }

    private static let file: String? = {
        let top = #filePath.replacing(#/\/Tests\/.*$/#, with: "")
        let path = "\(top)/../shared/recorded/provider-responses.jsonl"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    private static func rows() throws -> [Row] {
        let lines = try String(contentsOfFile: file ?? "", encoding: .utf8).split(separator: "\n")
        return try lines.enumerated().map { number, line in
            let row = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let expect = try #require(row["expect"] as? [String: Any])
            let headers = try #require(row["headers"] as? [String: String])
            let path = try #require(row["path"] as? String)
            return Row(
                number: number, dialect: try #require(row["provider"] as? String),
                api: try #require(row["api"] as? String), model: try #require(row["requested_model"] as? String),
                path: String(path.prefix { $0 != "?" }), status: try #require(row["status"] as? Int),
                headers: headers.map { HTTPHeader($0.key, $0.value) },
                body: Array(try JSONSerialization.data(withJSONObject: row["body"] ?? [:])),
                outcome: try #require(expect["outcome"] as? String),
                resolvedModel: expect["resolved_model"] as? String, fingerprint: expect["fingerprint"] as? String,
                key: expect["provider_version_key"] as? String, inputTokens: expect["input_tokens"] as? Int,
                outputTokens: expect["output_tokens"] as? Int)
        }
    }

    private static func watchlist(_ rows: [Row], at url: String) throws -> String {
        let providers = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0.provider(at: url)) })
        let watches = rows.map { ["template": $0.name, "provider": $0.name, "model": $0.model] }
        return String(
            decoding: try JSONSerialization.data(withJSONObject: ["providers": providers, "watches": watches]),
            as: UTF8.self)
    }

    @Test(.enabled(if: file != nil, "the recorded responses are not beside the repository"))
    func everyRowIsReadAsExpected() async throws {
        let rows = try Self.rows()
        #expect(rows.count >= 347)
        let byPath = Dictionary(uniqueKeysWithValues: rows.map { ("/\($0.name)\($0.path)", $0) })
        let provider = try FakeProvider { request in
            guard let row = byPath[String(request.path.prefix { $0 != "?" })] else { return .json("{}", status: 418) }
            return .response(status: row.status, headers: row.headers, body: row.body)
        }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(try Self.watchlist(rows, at: provider.baseURL))
        let end = await site.start(["--once"]).end()
        // Some rows are failures, as recorded.
        #expect(end.status == 1)
        #expect(provider.requests.count == rows.count)
        try compareDatabase(rows, site)
        try compareCounters(rows, try site.exposition())
        // A daemon that starts again shows what the database knows.
        let again = try await site.ready()
        try compareTextfile(rows, try site.exposition())
        #expect(await again.stop().status == 0)
    }

    private func compareDatabase(_ rows: [Row], _ site: Site) throws {
        let found = try site.rows(
            """
            SELECT v.*, o.input_tokens, o.output_tokens FROM prompt_versions v
            JOIN bindings b ON b.template = v.template_id
            JOIN observations o ON o.target_id = b.target_id
            """)
        let byTemplate = Dictionary(grouping: found) { $0["template_id"] as String }
        for row in rows {
            let versions = byTemplate["row-\(row.number)"] ?? []
            guard row.outcome == "version" else {
                #expect(versions.isEmpty, "row \(row.number)")
                continue
            }
            try #require(versions.count == 1, "row \(row.number)")
            let version = versions[0]
            #expect(version["provider_version_key"] == row.key, "row \(row.number)")
            #expect(version["resolved_model"] == row.resolvedModel, "row \(row.number)")
            #expect(version["fingerprint"] == row.fingerprint, "row \(row.number)")
            #expect(version["input_tokens"] == row.inputTokens, "row \(row.number)")
            #expect(version["output_tokens"] == row.outputTokens, "row \(row.number)")
            #expect(version["model_id"] == row.model && version["sightings"] == 1 && version["source"] == "live")
        }
    }

    private func compareCounters(_ rows: [Row], _ exposition: ExpositionReader) throws {
        for row in rows {
            let labels = ["provider": "row-\(row.number)", "model": row.model]
            #expect(exposition.value("prompter_probe_attempts_total", labels) == 1, "row \(row.number)")
            #expect(
                exposition.value("prompter_probe_failures_total", labels) == (row.outcome == "version" ? 0 : 1),
                "row \(row.number)")
        }
    }

    private func compareTextfile(_ rows: [Row], _ exposition: ExpositionReader) throws {
        let infos = exposition.samples.filter { $0.name == "prompter_watch_version_info" }
        #expect(infos.count == rows.count { $0.outcome == "version" })
        for row in rows where row.outcome == "version" {
            let info = try #require(infos.first { $0.labels["template"] == "row-\(row.number)" })
            #expect(info.labels["provider_version_key"] == row.key)
            #expect(info.labels["resolved_model"] == row.resolvedModel ?? "")
            #expect(info.labels["fingerprint"] == row.fingerprint ?? "")
        }
    }
}
