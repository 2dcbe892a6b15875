import Foundation
import GRDB
import OutsideParts
import PrompterCore

/// Remembers all that one daemon has ever shown, and says what of it is gone, went back or can't be read.
///
/// It reads the database by its own SQL and the textfile by its own parser.
final class Witness: Sendable {
    private struct VersionName: Hashable {
        var target: String
        var key: String
        var model: String
    }

    private struct Seen {
        var first: Int64
        var last: Int64
        var sightings: Int
    }

    private struct State {
        var versions: [VersionName: Seen] = [:]
        var successes: [String: Int64] = [:]
        /// The calls whose observations stand in the database.
        var calls: Set<Int> = []
        /// As it was read last.
        var textfile: String?
        var violations: [String] = []
        var textfiles = 0
        var reports = 0
    }

    let site: Site
    private let state = Locked(State())

    init(_ site: Site) {
        self.site = site
    }

    var violations: [String] { state.withLock { $0.violations } }
    /// How many textfiles and reports of `prompterd status` were read.
    var readings: (textfiles: Int, reports: Int) { state.withLock { ($0.textfiles, $0.reports) } }

    func complain(_ text: String) {
        state.withLock { $0.violations.append(text) }
    }

    /// Reads the textfile, which is whole at any time.
    func readTextfile() {
        guard let text = try? String(contentsOfFile: site.textfile, encoding: .utf8) else {
            if state.withLock({ $0.textfile != nil }) { complain("the textfile is gone") }
            return
        }
        let isNew = state.withLock { state in
            defer { state.textfile = text }
            return state.textfile != text
        }
        guard isNew else { return }
        do {
            let exposition = try ExpositionReader(text)
            if exposition.value("prompter_up") == nil { complain("the textfile has no prompter_up") }
            state.withLock { $0.textfiles += 1 }
        } catch {
            complain("the textfile does not parse: \(error)")
        }
    }

    /// Asks `prompterd status`, and remembers what it says.
    func readStatus() async {
        let end = await site.run(["status", "--database", site.database, "--format", "json"])
        let object = try? JSONSerialization.jsonObject(with: Data(end.output.utf8))
        guard end.status == 0, let reports = object as? [[String: Any]] else {
            // A daemon that was killed before it had made its tables has shown nothing yet.
            if !state.withLock({ $0.calls.isEmpty && $0.versions.isEmpty }) {
                complain("status fails with \(end.status): \(end.errors)")
            }
            return
        }
        state.withLock { state in
            state.reports += 1
            for report in reports { Self.take(report, into: &state) }
        }
    }

    private static func take(_ report: [String: Any], into state: inout State) {
        guard let target = report["target"] as? String, let versions = report["versions"] as? [[String: Any]] else {
            return state.violations.append("status shows \(report)")
        }
        if let time = time(report["last_success_at"]) {
            state.successes[target] = max(time, state.successes[target] ?? time)
        }
        for version in versions {
            guard let key = version["provider_version_key"] as? String, let first = time(version["first_seen_at"]),
                let last = time(version["last_seen_at"]), let sightings = version["sightings"] as? Int
            else {
                state.violations.append("status shows \(version)")
                continue
            }
            let name = VersionName(target: target, key: key, model: version["resolved_model"] as? String ?? "")
            let seen = Seen(first: first, last: last, sightings: sightings)
            let known = state.versions[name] ?? seen
            state.versions[name] = Seen(
                first: min(first, known.first), last: max(last, known.last),
                sightings: max(sightings, known.sightings))
        }
    }

    private static func time(_ text: Any?) -> Int64? {
        guard let text = text as? String,
            let date = try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text)
        else { return nil }
        return Int64((date.timeIntervalSince1970 * 1000).rounded())
    }

    /// The observations that stand in the database: which call each came from, its slot, and the fingerprint it shows.
    func recorded() -> [(call: Int, place: GuardPromise.Place, fingerprint: String)] {
        let sql = """
            SELECT input_tokens, model, slot, fingerprint FROM observations
            JOIN targets ON targets.id = observations.target_id JOIN versions ON versions.id = version_id
            """
        do {
            guard try hasTables() else { return [] }
            return try site.rows(sql).map { row in
                (row[0], GuardPromise.Place(model: row[1], slot: row[2]), row[3] as String? ?? "none")
            }
        } catch {
            complain("the observations can't be read: \(error)")
            return []
        }
    }

    /// A daemon that was ended early enough has made none.
    private func hasTables() throws -> Bool {
        guard FileManager.default.fileExists(atPath: site.database) else { return false }
        return try site.number("SELECT count(*) FROM sqlite_master WHERE name = 'versions'") == 1
    }

    /// Holds the database against all that was ever shown.
    ///
    /// - Parameter log: what a run has told; each new version in it must stand in the database.
    func judge(log: String) {
        let known = state.withLock { ($0.versions, $0.successes, $0.calls) }
        do {
            guard FileManager.default.fileExists(atPath: site.database) else {
                if !known.2.isEmpty { complain("the database is gone") }
                return
            }
            let integrity = try site.rows("PRAGMA integrity_check").map { $0[0] as String }
            if integrity != ["ok"] { complain("integrity_check: \(integrity.joined(separator: "; "))") }
            guard try hasTables() else {
                if !known.2.isEmpty { complain("the tables are gone") }
                return
            }
            try judgeVersions(known.0)
            try judgeSuccesses(known.1)
            try judgeTold(log)
            let calls = Set(try site.rows("SELECT input_tokens FROM observations").map { $0[0] as Int })
            if !calls.isSuperset(of: known.2) {
                complain("observations are gone: calls \(known.2.subtracting(calls).sorted())")
            }
            state.withLock { $0.calls.formUnion(calls) }
        } catch {
            complain("the database can't be read: \(error)")
        }
    }

    private func judgeVersions(_ known: [VersionName: Seen]) throws {
        var found: [VersionName: Seen] = [:]
        let rows = try site.rows(
            """
            SELECT lower(hex(identity)) AS target, provider_version_key, resolved_model, first_seen_at, last_seen_at,
                sightings
            FROM versions JOIN targets ON targets.id = target_id
            """)
        for row in rows {
            let name = VersionName(
                target: row["target"], key: row["provider_version_key"], model: row["resolved_model"])
            found[name] = Seen(first: row["first_seen_at"], last: row["last_seen_at"], sightings: row["sightings"])
        }
        for (name, shown) in known {
            guard let now = found[name] else {
                complain("the version \(name) is gone")
                continue
            }
            if now.first > shown.first || now.last < shown.last || now.sightings < shown.sightings {
                complain("the version \(name) went back from \(shown) to \(now)")
            }
        }
    }

    private func judgeSuccesses(_ known: [String: Int64]) throws {
        var found: [String: Int64] = [:]
        for row in try site.rows("SELECT lower(hex(identity)) AS target, last_success_at FROM targets") {
            found[row["target"]] = row["last_success_at"]
        }
        for (target, shown) in known where found[target] ?? .min < shown {
            complain("the last success of \(target) went back from \(shown) to \(found[target] ?? -1)")
        }
    }

    /// Nobody is told "recorded" before it is.
    private func judgeTold(_ log: String) throws {
        let rows = try site.rows("SELECT model, fingerprint FROM versions JOIN targets ON targets.id = target_id")
        let found = Set(rows.map { "\($0["model"] as String) \($0["fingerprint"] as String? ?? "")" })
        for match in log.matches(of: /local (m-\d+): (?:first seen as m-real \(|a new fingerprint )(fp-\d+)/)
        where !found.contains("\(match.1) \(match.2)") {
            complain("\(match.0): told, but not recorded")
        }
    }
}
