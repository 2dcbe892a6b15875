import GRDB
import PrompterCore

/// Adds imported bindings where a watch has none: what the database says itself of a time stays as it is.
struct BindingImport {
    private struct Stretch {
        var from: Int64
        var until: Int64
    }

    private let find, findSame, add: PreparedStatement
    /// Bindings beyond were added by this import, whose rows are taken as they stand beside one another.
    private let last: Int64

    init(on database: Database) throws {
        find = try PreparedStatement(
            """
            SELECT valid_from, coalesce(valid_until, \(Int64.max)) FROM bindings
            WHERE org = ?1 AND workspace = ?2 AND template = ?3 AND provider = ?4 AND model = ?5 AND id <= ?6
                AND valid_from < coalesce(valid_until, \(Int64.max))
            ORDER BY valid_from
            """, on: database)
        findSame = try PreparedStatement(
            """
            SELECT 1 FROM bindings
            WHERE org = ?1 AND workspace = ?2 AND template = ?3 AND provider = ?4 AND model = ?5 AND target_id = ?6
                AND valid_from = ?7 LIMIT 1
            """, on: database)
        add = try PreparedStatement(
            """
            INSERT INTO bindings
                (org, workspace, template, provider, model, target_id, valid_from, valid_until, expect, interval_ms,
                is_asked)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """, on: database)
        let findLast = try PreparedStatement("SELECT coalesce(max(id), 0) FROM bindings", on: database)
        _ = try findLast.step()
        last = findLast.integer(at: 0)
        findLast.reset()
    }

    /// - Parameters:
    ///   - until: `nil` where it holds.
    ///   - isAsked: whether no watchlist had it.
    /// - Returns: how many bindings were added.
    func add(
        _ watch: Watch.Key, target: Int64, interval: Int64?, from: Timestamp, until: Timestamp?, expect: String? = nil,
        isAsked: Bool = false
    ) throws -> Int {
        add.bind(interval, at: 10)
        add.bind(isAsked ? 1 : 0, at: 11)
        bind(watch, to: findSame)
        findSame.bind(target, at: 6)
        findSame.bind(from, at: 7)
        let isKnown = try findSame.step()
        findSame.reset()
        if isKnown { return 0 }
        if until == from {
            try add(watch, target, Stretch(from: from.milliseconds, until: from.milliseconds), expect)
            return 1
        }
        bind(watch, to: find)
        find.bind(last, at: 6)
        var known: [Stretch] = []
        while try find.step() { known.append(Stretch(from: find.integer(at: 0), until: find.integer(at: 1))) }
        var added = 0
        var rest = Stretch(from: from.milliseconds, until: until?.milliseconds ?? .max)
        while rest.from < rest.until {
            if let covering = known.last(where: { $0.from <= rest.from && rest.from < $0.until }) {
                rest.from = covering.until
                continue
            }
            let next = known.first { $0.from > rest.from }
            let end = min(rest.until, next?.from ?? .max)
            try add(watch, target, Stretch(from: rest.from, until: end), expect)
            added += 1
            rest.from = end
        }
        return added
    }

    private func add(_ watch: Watch.Key, _ target: Int64, _ stretch: Stretch, _ expect: String?) throws {
        bind(watch, to: add)
        add.bind(target, at: 6)
        add.bind(stretch.from, at: 7)
        add.bind(stretch.until == .max ? nil : stretch.until, at: 8)
        add.bind(expect, at: 9)
        try add.run()
    }

    private func bind(_ watch: Watch.Key, to statement: PreparedStatement) {
        for (index, text) in watch.texts.enumerated() { statement.bind(text, at: CInt(index + 1)) }
    }
}
