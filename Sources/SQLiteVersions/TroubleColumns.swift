import PrompterCore

/// The columns of a target's ``Trouble``.
enum TroubleColumns {
    static let all = [
        "failure_class", "failures", "is_not_found", "refused_slots", "refused_slot", "is_refused", "answers_before",
        "refusals_before", "refused_runs_before",
    ]
    static let count = CInt(all.count)
    static let names = all.joined(separator: ", ")

    /// Assignments of parameters that ``bind(_:to:firstParameter:)`` binds.
    static func set(firstParameter: Int) -> String {
        all.enumerated().map { "\($1) = ?\($0 + firstParameter)" }.joined(separator: ", ")
    }

    static func bind(_ trouble: Trouble, to statement: PreparedStatement, firstParameter first: CInt) {
        statement.bind(trouble.failure?.rawValue, at: first)
        statement.bind(Int64(trouble.failures), at: first + 1)
        statement.bind(trouble.isNotFound ? 1 : 0, at: first + 2)
        statement.bind(counted(trouble.refusedSlots), at: first + 3)
        statement.bind(trouble.refusedSlot, at: first + 4)
        statement.bind(trouble.isRefused ? 1 : 0, at: first + 5)
        statement.bind(counted(trouble.history.answers), at: first + 6)
        statement.bind(counted(trouble.history.refusals), at: first + 7)
        statement.bind(counted(trouble.history.runs), at: first + 8)
    }

    static func read(_ row: PreparedStatement, firstColumn first: CInt) -> Trouble {
        Trouble(
            failure: row.optionalText(at: first).flatMap(FailureClass.init),
            failures: Int(row.integer(at: first + 1)), isNotFound: row.integer(at: first + 2) != 0,
            refusedSlots: Int(clamping: row.integer(at: first + 3)), refusedSlot: row.optionalInteger(at: first + 4),
            isRefused: row.integer(at: first + 5) != 0,
            history: RefusalHistory(
                answers: number(row, first + 6), refusals: number(row, first + 7), runs: number(row, first + 8)))
    }

    private static func counted(_ count: Int) -> Int64? { count == 0 ? nil : Int64(count) }

    private static func number(_ row: PreparedStatement, _ column: CInt) -> Int {
        Int(Int32(clamping: row.integer(at: column)))
    }
}
