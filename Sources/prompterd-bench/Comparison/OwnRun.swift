import PrompterCore

/// One of this program's commands with its options, run in a process of its own.
struct OwnRun: Hashable {
    /// What it is told of its surroundings.
    struct Needs: OptionSet, Hashable {
        let rawValue: Int

        /// Where its files go.
        static let folder = Needs(rawValue: 1)
        /// The daemon's program.
        static let daemon = Needs(rawValue: 2)
        /// A provider to call.
        static let provider = Needs(rawValue: 4)
        static let redis = Needs(rawValue: 8)
    }

    let needs: Needs
    private let command: String
    private let options: [String: Int]
    private let flags: [String]

    init(_ command: String, _ options: [String: Int], flags: [String] = [], needs: Needs = []) {
        self.command = command
        self.options = options
        self.flags = flags
        self.needs = needs
    }

    /// For people: its command and how much it has to do.
    var name: String {
        let count = (options["--targets"] ?? options["--watches"]).map {
            " " + NumberText.rounded(Double($0), digits: 0)
        }
        return command + (count ?? "")
    }

    /// Runs it.
    ///
    /// - Parameters:
    ///   - redis: the URL of the one that is up, where it needs one.
    ///   - program: the daemon's.
    /// - Returns: its figures, by their names.
    func figures(
        redis: String?, references: String, program: String, in folder: String
    ) throws -> [String: Double] {
        var words = [OwnProgram.path, command, "--format", "json"] + flags
        for (name, value) in options.sorted(by: { $0.key < $1.key }) { words += [name, "\(value)"] }
        if needs.contains(.folder) { words += ["--folder", folder] }
        if needs.contains(.daemon) { words += ["--program", program] }
        if needs.contains(.provider) { words += ["--references", references] }
        if let redis { words += ["--redis", redis] }
        let output = try ChildProcess.run(words, in: folder).output
        guard case .object(let members)? = try? JSONDocument(Array(output.utf8)).root.value else {
            throw BenchFailure("\(command) has no figures")
        }
        return members.reduce(into: [:]) { figures, member in
            if case .number(let digits) = member.node.value { figures[member.name] = Double(digits) }
        }
    }
}
