import ConformanceSuites
import Foundation
import Testing

@testable import PrompterCore

/// The fingerprints of real answers in the order in which they were recorded, model by model.
@Suite(.ownThread) struct RecordedFingerprintTests {
    private static let file: [UInt8]? = {
        let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../..").path
        return FileManager.default.contents(atPath: "\(top)/../shared/recorded/provider-responses.jsonl").map(
            Array.init)
    }()

    /// Those with more than four fingerprints; each over and over, so that there is time for an alarm.
    private static func sequences() throws -> [[String]] {
        var found: [String: [String]] = [:]
        for line in (file ?? []).split(separator: UInt8(ascii: "\n")) {
            let row = try JSONDocument(Array(line)).root
            guard let fingerprint = row["expect"]?["fingerprint"]?.string else { continue }
            let key = "\(row["provider"]?.string ?? "") \(row["requested_model"]?.string ?? "")"
            found[key, default: []].append(fingerprint)
        }
        return found.values.filter { $0.count > 4 }.map { Array(repeatElement($0, count: 20).joined()) }
    }

    @Test(.enabled(if: file != nil, "the recorded responses are not beside the repository"))
    func raiseNoAlarm() throws {
        let sequences = try Self.sequences()
        #expect(sequences.count >= 2)
        for values in sequences {
            #expect(alarms(values, LifeRules()) == 0)
            var impatient = LifeRules()
            impatient.yearsPerFalseAlarm = 0.0001
            #expect(alarms(values, impatient) > 0)
        }
    }

    private func alarms(_ values: [String], _ rules: LifeRules) -> Int {
        let rule = Evidence(.fingerprint, rules: rules)
        return Simulation(rule, .list(values), slots: values.count, seed: 1).told(.replaced).count
    }
}
