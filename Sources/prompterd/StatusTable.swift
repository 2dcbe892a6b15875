import PrompterCore

/// `prompterd status` for people.
struct StatusTable {
    private let reports: [WatchReport]
    private let now: Timestamp

    init(_ reports: [WatchReport], at now: Timestamp) {
        self.reports = reports
        self.now = now
    }

    /// The table, for a terminal of `width` columns.
    func text(width: Int?, isColoured: Bool) -> String {
        let withOrg = Set(reports.map { "\($0.watch.org)/\($0.watch.workspace)" }).count > 1
        var table = TextTable(
            [
                "ORG/WORKSPACE", "TEMPLATE", "PROVIDER", "MODEL", "VERSION", "STATE", "CONFIDENCE", "EXPECTED",
                "LAST SUCCESS", "NEXT DUE", "LAST EVENT", "RETIRES", "TROUBLE",
            ], dispensable: ["NEXT DUE", "CONFIDENCE"])
        for report in reports {
            table.add(
                [
                    withOrg ? "\(report.watch.org)/\(report.watch.workspace)" : "", report.watch.template,
                    report.watch.provider, report.watch.model, version(report), report.state?.rawValue ?? "",
                    report.life.successes > 0 ? report.confidence.rawValue : "",
                    report.isExpectationMet.map { $0 ? "yes" : "no" } ?? "",
                    report.lastSuccess.map { "\(DurationText.brief(now - $0)) ago" } ?? "never",
                    due(report), lastEvent(report),
                    report.life.retirement.map { String($0.iso8601.prefix(10)) } ?? "", trouble(report),
                ], tone: report.failure != nil || report.isExpectationMet == false ? .bad : .plain)
        }
        return table.text(width: width, isColoured: isColoured)
    }

    private func version(_ report: WatchReport) -> String {
        guard let version = report.versions.first else { return "-" }
        let identity = version.identity
        let name =
            identity.fingerprint == nil && identity.digest == nil
            ? identity.name : [identity.resolvedModel, identity.name].compactMap(\.self).joined(separator: " ")
        return report.versions.count > 1 ? "\(name) (+\(report.versions.count - 1))" : name
    }

    /// A first version is no news to who sees the version beside it.
    private func lastEvent(_ report: WatchReport) -> String {
        guard let event = report.lastEvent, event.kind != .first else { return "" }
        return "\(event.kind.rawValue) \(DurationText.brief(now - event.time)) ago"
    }

    private func trouble(_ report: WatchReport) -> String {
        let failure = report.failure.map {
            report.failures > 1 ? "\($0.rawValue) (\(report.failures) times)" : $0.rawValue
        }
        let lookup = report.lookupFailure.map { "lookup fails: \($0.rawValue)" }
        return [failure, lookup, report.standOff(at: now).map(rest)].compactMap(\.self).joined(separator: "; ")
    }

    private func due(_ report: WatchReport) -> String {
        guard let due = report.nextDue(at: now) else { return "on request" }
        let rest = due - now
        return rest <= .zero ? "now" : "in \(DurationText.brief(rest))"
    }

    private func rest(_ standOff: StandOff.Kept) -> String {
        let time = standOff.end.map { DurationText.brief($0 - now) } ?? ""
        return standOff.scope.target == nil
            ? "provider paused for another \(time) (\(standOff.cause.rawValue))" : "paused for another \(time)"
    }
}
