/// What keeps a test from its Redis.
public struct RedisServerError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
