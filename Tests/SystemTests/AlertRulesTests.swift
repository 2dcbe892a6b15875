import ConformanceSuites
import Foundation
import OutsideParts
import Testing

/// The rules for Prometheus, by Debian's promtool.
struct AlertRulesTests {
    private static let root = #filePath.replacing(#/\/Tests\/.*$/#, with: "")
    private static let rules = "\(root)/deploy/prometheus/prompterd.rules.yml"
    private static let cases = ["rules", "days"].map { "\(root)/Tests/Prometheus/\($0).test.yml" }

    /// The names of the alerts, some of which may stand twice.
    private static func alerts() throws -> [String] {
        try String(contentsOfFile: rules, encoding: .utf8).matches(of: #/- alert: (\w+)/#).map { String($0.1) }
    }

    @Test func theyAreRight() {
        let check = ChildProcess.run(["promtool", "check", "rules", Self.rules])
        #expect(check.status == 0, "\(String(decoding: check.output, as: UTF8.self))")
    }

    @Test(.ownThread, arguments: cases) func theyFireAndStaySilent(cases: String) {
        let test = ChildProcess.run(["sh", "-c", "promtool test rules '\(cases)' 2>&1"])
        #expect(test.status == 0, "\(String(decoding: test.output, as: UTF8.self))")
    }

    /// promtool runs the cases there are, and does not say which are missing.
    @Test func eachFiresInOneCaseAndStaysSilentInAnother() throws {
        let cases = try Self.cases.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
        for alert in try Self.alerts() {
            let own = cases.components(separatedBy: "alertname: \(alert)").dropFirst().map {
                $0.components(separatedBy: "alertname: ")[0]
            }
            #expect(own.contains { $0.contains("exp_alerts: []") }, "\(alert) stays silent in no case")
            #expect(own.contains { $0.contains("exp_labels: ") }, "\(alert) fires in no case")
        }
    }

    @Test func eachHasItsRunbook() throws {
        let runbook = try String(contentsOfFile: "\(Self.root)/deploy/README.md", encoding: .utf8)
        let named = Set(
            runbook.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { row in
                row.split(separator: "|")[0].matches(of: #/`(\w+)`/#).map { String($0.1) }
            })
        let alerts = Set(try Self.alerts())
        #expect(!alerts.isEmpty)
        #expect(alerts.subtracting(named).isEmpty, "\(alerts.subtracting(named)) is explained nowhere")
    }
}
