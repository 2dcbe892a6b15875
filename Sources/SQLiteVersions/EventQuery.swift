import GRDB
import PrompterCore

/// The events of a time, each with the watches whose it is.
struct EventQuery {
    private let database: Database
    private let filter: WatchFilter
    private let findCorrected: PreparedStatement
    private var bindings: BindingQuery
    private var corrected: [Int64: Set<String>] = [:]

    private init(on database: Database, matching filter: WatchFilter) throws {
        self.database = database
        self.filter = filter
        bindings = try BindingQuery(on: database, matching: filter)
        findCorrected = try PreparedStatement(Self.correctedSQL, on: database)
    }

    /// - Parameter progress: is given how many targets were seen to, and of how many, where it goes by targets.
    /// - Returns: in the order in which they happened.
    static func run(
        on database: Database, from since: Timestamp, until: Timestamp, matching filter: WatchFilter,
        progress: (Int, Int) -> Void
    ) throws -> [EventReport] {
        var query = try EventQuery(on: database, matching: filter)
        guard filter != WatchFilter() else {
            let statement = try PreparedStatement(allSQL, on: database)
            statement.bind(since, at: 1)
            statement.bind(until, at: 2)
            return try query.reports(of: statement)
        }
        let findTargets = try PreparedStatement(targetsSQL, on: database)
        FilterClause.bind(filter, to: findTargets)
        var targets: [Int64] = []
        while try findTargets.step() { targets.append(findTargets.integer(at: 0)) }
        let statement = try PreparedStatement(ofTargetSQL, on: database)
        var reports: [(report: EventReport, number: Int64)] = []
        for (index, target) in targets.enumerated() {
            statement.bind(target, at: 1)
            statement.bind(since, at: 2)
            statement.bind(until, at: 3)
            reports += try query.numberedReports(of: statement)
            progress(index + 1, targets.count)
        }
        reports.sort { ($0.report.event.time, $0.number) < ($1.report.event.time, $1.number) }
        return reports.map(\.report)
    }

    private mutating func reports(of statement: PreparedStatement) throws -> [EventReport] {
        try numberedReports(of: statement).map(\.report)
    }

    private mutating func numberedReports(
        of statement: PreparedStatement
    ) throws -> [(report: EventReport, number: Int64)] {
        let columns = EventRow.columnCount
        var reports: [(report: EventReport, number: Int64)] = []
        while try statement.step() {
            guard let target = TargetID(statement.bytes(at: columns)),
                let event = EventRow.event(statement, target: target)
            else { continue }
            let recordedAt = Timestamp(milliseconds: statement.integer(at: columns + 1))
            let row = statement.integer(at: columns + 4)
            var watches: [Watch.Key] = []
            for binding in try bindings.bindings(of: row)
            where watches.last != binding.watch && binding.concerns(event, recordedAt: recordedAt) {
                watches.append(binding.watch)
            }
            // What is no watch's is shown to who asks for everything.
            guard !watches.isEmpty || filter == WatchFilter() else { continue }
            let report = EventReport(
                event: event, recordedAt: recordedAt,
                provider: statement.optionalText(at: columns + 2) ?? watches.first?.provider ?? "",
                model: statement.optionalText(at: columns + 3) ?? watches.first?.model ?? "",
                isCorrected: try isCorrected(event, target: row), watches: watches)
            reports.append((report, statement.integer(at: columns + 5)))
        }
        return reports
    }

    private mutating func isCorrected(_ event: Event, target: Int64) throws -> Bool {
        if let known = corrected[target] { return known.contains(event.id) }
        findCorrected.bind(target, at: 1)
        var found: Set<String> = []
        while try findCorrected.step() { found.formUnion(EventRow.texts(in: findCorrected.text(at: 0))) }
        corrected[target] = found
        return found.contains(event.id)
    }

    private static let columns =
        "\(EventRow.columns), identity, recorded_at, targets.provider, targets.model, target_id, number"

    static let allSQL = """
        SELECT \(columns)
        FROM events JOIN targets ON targets.id = target_id
        WHERE happened_at >= ?1 AND happened_at < ?2 ORDER BY happened_at, number
        """

    static let ofTargetSQL = """
        SELECT \(columns)
        FROM events JOIN targets ON targets.id = target_id
        WHERE target_id = ?1 AND +happened_at >= ?2 AND +happened_at < ?3 ORDER BY +happened_at, number
        """

    static let targetsSQL = "SELECT DISTINCT target_id FROM bindings WHERE \(FilterClause.sql)"

    static let correctedSQL = "SELECT previous FROM events WHERE target_id = ?1 AND kind = 'corrected'"
}
