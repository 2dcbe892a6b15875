/// Commands in Redis's protocol (https://redis.io/docs/latest/develop/reference/protocol-spec/), one behind the other in one
/// buffer that is used again for every flush.
struct RedisCommands {
    private(set) var bytes: [UInt8] = []
    /// How many commands there are, and so how many replies will come.
    private(set) var count = 0

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        count = 0
    }

    /// Begins a command of `arguments` arguments, its name included; each is then appended.
    mutating func begin(arguments: Int) {
        count += 1
        append(UInt8(ascii: "*"), arguments)
    }

    mutating func append(_ argument: some Collection<UInt8>) {
        append(UInt8(ascii: "$"), argument.count)
        bytes.append(contentsOf: argument)
        endLine()
    }

    mutating func append(_ argument: String) {
        append(argument.utf8)
    }

    private mutating func append(_ mark: UInt8, _ number: Int) {
        bytes.append(mark)
        bytes.append(contentsOf: String(number).utf8)
        endLine()
    }

    private mutating func endLine() {
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }
}
