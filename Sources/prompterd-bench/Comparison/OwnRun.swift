import PrompterCore

/// One of this program's commands with its options, run in a process of its own.
struct OwnRun: Hashable {
    private var command: String
    private var options: [String: Int]
    private var flags: [String]
    var needsRedis: Bool
    private var needsProvider: Bool

    init(
        _ command: String, _ options: [String: Int], flags: [String] = [], needsRedis: Bool = false,
        needsProvider: Bool = false
    ) {
        self.command = command
        self.options = options
        self.flags = flags
        self.needsRedis = needsRedis
        self.needsProvider = needsProvider
    }

    /// For people: its command and how much it has to do.
    var name: String {
        let count = (options["--targets"] ?? options["--watches"]).map {
            " " + ComparisonRow.Unit.rounded(Double($0), digits: 0)
        }
        return command + (count ?? "")
    }

    /// Runs it.
    ///
    /// - Parameters:
    ///   - redis: the URL of the one that is up where it needs one.
    ///   - program: the daemon's.
    /// - Returns: its figures, by their names.
    func figures(
        redis: String?, references: String, program: String, in folder: String
    ) throws -> [String: Double] {
        var words = [OwnProgram.path, command] + flags + ["--folder", folder, "--format", "json"]
        for (name, value) in options.sorted(by: { $0.key < $1.key }) { words += [name, "\(value)"] }
        if let redis { words += ["--redis", redis] }
        if needsProvider { words += ["--references", references] }
        if Self.commandsOfDaemon.contains(command) { words += ["--program", program] }
        let output = try ChildProcess.run(words, in: folder).output
        guard case .object(let members)? = try? JSONDocument(Array(output.utf8)).root.value else {
            throw BenchFailure("\(command) has no figures")
        }
        return members.reduce(into: [:]) { figures, member in
            if case .number(let digits) = member.node.value { figures[member.name] = Double(digits) }
        }
    }

    /// Those that run the daemon's program.
    private static let commandsOfDaemon: Set = ["http", "schedule", "start", "idle"]
}
