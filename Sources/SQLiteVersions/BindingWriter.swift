import GRDB
import PrompterCore

/// Writes what a watchlist says inside one transaction: its targets, and which target each watch points to from now on, what it
/// expects and whom it tells. A watch whose target is probed at another interval is bound anew, so that its past keeps its own. What
/// somebody asked for without a watch stays bound until a watch takes its place.
struct BindingWriter {
    private let now: Timestamp
    private let findTarget, putTarget: PreparedStatement
    private let findBinding, openBinding, editBinding, closeBinding, openBindings: PreparedStatement
    private var rows: [TargetID: Int64] = [:]
    /// Open bindings that no watch has asked for yet.
    private var gone: Set<Int64> = []

    init(on database: Database, at now: Timestamp) throws {
        self.now = now
        findTarget = try PreparedStatement(
            """
            SELECT id, (provider, dialect, base_url, model, kind, interval_ms) IS (?2, ?3, ?4, ?5, ?6, ?7)
            FROM targets WHERE identity = ?1
            """, on: database)
        putTarget = try PreparedStatement(Self.putTargetSQL, on: database)
        findBinding = try PreparedStatement(
            """
            SELECT id, target_id, (expect, hook, hook_severity, interval_ms, is_asked) IS (?6, ?7, ?8, ?9, 0), interval_ms <> ?9,
                is_asked
            FROM bindings
            WHERE org = ?1 AND workspace = ?2 AND template = ?3 AND provider = ?4 AND model = ?5 AND valid_until IS NULL
            """, on: database)
        openBinding = try PreparedStatement(
            """
            INSERT INTO bindings (
                org, workspace, template, provider, model, expect, hook, hook_severity, interval_ms, target_id,
                valid_from, watch_hash, is_asked)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            """, on: database)
        editBinding = try PreparedStatement(
            """
            UPDATE bindings SET expect = ?6, hook = ?7, hook_severity = ?8, interval_ms = ?9, is_asked = 0
            WHERE org = ?1 AND workspace = ?2 AND template = ?3 AND provider = ?4 AND model = ?5 AND valid_until IS NULL
            """, on: database)
        closeBinding = try PreparedStatement(
            "UPDATE bindings SET valid_until = max(valid_from, ?2) WHERE id = ?1", on: database)
        openBindings = try PreparedStatement(
            "SELECT id FROM bindings WHERE valid_until IS NULL AND NOT is_asked", on: database)
    }

    mutating func register(_ watchlist: Watchlist) throws {
        while try openBindings.step() { gone.insert(openBindings.integer(at: 0)) }
        rows.reserveCapacity(watchlist.targets.count)
        for target in watchlist.targets { _ = try row(of: target) }
        for watch in watchlist.watches { try bind(watch) }
        for binding in gone { try close(binding) }
    }

    /// Opens the bindings of those of `watches` that have none. Every other binding stays as it is, unless it was asked for as these
    /// are: that points to what is asked for now.
    ///
    /// - Parameter isAsked: whether no watchlist has them.
    mutating func registerMissing(_ watches: [Watch], isAsked: Bool = false) throws {
        for watch in watches { try bind(watch, isRebinding: false, isAsked: isAsked) }
    }

    /// Whether one of `watches` is bound to nothing.
    func isOneMissing(_ watches: [Watch]) throws -> Bool {
        for watch in watches {
            Self.bind(watch, to: findBinding)
            defer { findBinding.reset() }
            if try !findBinding.step() { return true }
        }
        return false
    }

    private mutating func bind(_ watch: Watch, isRebinding: Bool = true, isAsked: Bool = false) throws {
        let target = try row(of: watch.target)
        Self.bind(watch, to: findBinding)
        if try findBinding.step() {
            let (binding, known) = (findBinding.integer(at: 0), findBinding.integer(at: 1))
            let isSame = findBinding.integer(at: 2) != 0
            let isOfAnotherInterval = findBinding.integer(at: 3) != 0
            let isAskedAgain = isAsked && findBinding.integer(at: 4) != 0
            findBinding.reset()
            gone.remove(binding)
            guard isRebinding || isAskedAgain else { return }
            if known == target, !isOfAnotherInterval { return isSame || isAskedAgain ? () : try edit(watch) }
            try close(binding)
        }
        Self.bind(watch, to: openBinding)
        openBinding.bind(target, at: 10)
        openBinding.bind(now, at: 11)
        openBinding.bind(VersionID.part(of: watch.key), at: 12)
        openBinding.bind(isAsked ? 1 : 0, at: 13)
        try openBinding.run()
    }

    /// What a watch expects and whom it tells is no matter of its past: it is changed where it stands.
    private func edit(_ watch: Watch) throws {
        Self.bind(watch, to: editBinding)
        try editBinding.run()
    }

    private func close(_ binding: Int64) throws {
        closeBinding.bind(binding, at: 1)
        closeBinding.bind(now, at: 2)
        try closeBinding.run()
    }

    /// A row that already says the same is left alone, so that a restart writes nothing.
    private mutating func row(of target: Target) throws -> Int64 {
        if let row = rows[target.id] { return row }
        Self.bind(target, to: findTarget)
        if try findTarget.step() {
            let (row, isSame) = (findTarget.integer(at: 0), findTarget.integer(at: 1) != 0)
            findTarget.reset()
            rows[target.id] = row
            if isSame { return row }
        }
        Self.bind(target, to: putTarget)
        putTarget.bind(now, at: 8)
        _ = try putTarget.step()
        let row = putTarget.integer(at: 0)
        putTarget.reset()
        rows[target.id] = row
        return row
    }

    private static func bind(_ target: Target, to statement: PreparedStatement) {
        statement.bind(target.id.bytes, at: 1)
        statement.bind(target.provider.name, at: 2)
        statement.bind(target.dialect.rawValue, at: 3)
        statement.bind(target.provider.baseURL, at: 4)
        statement.bind(target.model, at: 5)
        statement.bind(target.kind.rawValue, at: 6)
        statement.bind(target.interval.milliseconds, at: 7)
    }

    private static func bind(_ watch: Watch, to statement: PreparedStatement) {
        let key = watch.key
        statement.bind(key.org, at: 1)
        statement.bind(key.workspace, at: 2)
        statement.bind(key.template, at: 3)
        statement.bind(key.provider, at: 4)
        statement.bind(key.model, at: 5)
        statement.bind(watch.expectation.map { EventRow.text(of: $0.patterns) }, at: 6)
        statement.bind(watch.webhook?.id, at: 7)
        statement.bind(watch.webhook?.severity.rawValue, at: 8)
        statement.bind(watch.target.interval.milliseconds, at: 9)
    }

    private static let putTargetSQL = """
        INSERT INTO targets (identity, provider, dialect, base_url, model, kind, interval_ms, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (identity) DO UPDATE SET
            provider = excluded.provider, dialect = excluded.dialect, base_url = excluded.base_url,
            model = excluded.model, kind = excluded.kind, interval_ms = excluded.interval_ms
        RETURNING id
        """
}
