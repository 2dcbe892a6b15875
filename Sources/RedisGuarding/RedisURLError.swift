/// What keeps a text from being a ``RedisURL``. It quotes nothing of the text, since a badly written password may stand
/// anywhere in it.
public struct RedisURLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let problem: String

    init(_ problem: String) {
        self.problem = problem
    }

    /// One line: what is wrong, and what to write instead.
    public var description: String {
        "not a Redis address: \(problem); write redis://[[user]:password@]host[:port][/db] or unix:///path[?db=N], with the "
            + "special characters of a user or a password as %XX"
    }
}
