import PrompterCore

/// The columns of a target's ``Trouble``.
enum TroubleColumns {
    /// Each with what it has where there is no trouble.
    private static let columns = [
        ("failure_class", "NULL"), ("failures", "0"), ("is_not_found", "0"), ("refusal", "NULL"),
        ("refused_slots", "NULL"),
        ("refused_slot", "NULL"), ("is_refused", "0"),
    ]

    static let all = columns.map(\.0)
    static let count = CInt(columns.count)
    static let names = all.joined(separator: ", ")

    /// Assignments of parameters that ``bind(_:to:firstParameter:)`` binds.
    static func set(firstParameter: Int) -> String {
        columns.enumerated().map { "\($1.0) = ?\($0 + firstParameter)" }.joined(separator: ", ")
    }

    /// Assignments that end the trouble where `condition` holds.
    static func cleared(where condition: String) -> String {
        columns.map { "\($0) = iif(\(condition), \($1), \($0))" }.joined(separator: ", ")
    }

    static func bind(_ trouble: Trouble, to statement: PreparedStatement, firstParameter first: CInt) {
        statement.bind(trouble.failure?.rawValue, at: first)
        statement.bind(Int64(trouble.failures), at: first + 1)
        statement.bind(trouble.isNotFound ? 1 : 0, at: first + 2)
        statement.bind(trouble.refusal?.rawValue, at: first + 3)
        statement.bind(trouble.refusedSlots == 0 ? nil : Int64(trouble.refusedSlots), at: first + 4)
        statement.bind(trouble.refusedSlot, at: first + 5)
        statement.bind(trouble.isRefused ? 1 : 0, at: first + 6)
    }

    static func read(_ row: PreparedStatement, firstColumn first: CInt) -> Trouble {
        Trouble(
            failure: row.optionalText(at: first).flatMap(FailureClass.init),
            failures: Int(row.integer(at: first + 1)), isNotFound: row.integer(at: first + 2) != 0,
            refusal: row.optionalText(at: first + 3).flatMap(FailureClass.init),
            refusedSlots: Int(clamping: row.integer(at: first + 4)), refusedSlot: row.optionalInteger(at: first + 5),
            isRefused: row.integer(at: first + 6) != 0)
    }
}
