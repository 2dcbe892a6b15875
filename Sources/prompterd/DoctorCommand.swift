import ArgumentParser
import PrompterCore
import PrompterDaemon

/// `prompterd doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check everything that usually goes wrong: exit 0 if all is fine, else 1 with what to do.",
        discussion: """
            It takes the settings of `run`; give it those of the daemon. It changes nothing, and makes no call that costs \
            anything: of each provider it requests the bare address, without a key.
            """)

    @OptionGroup var options: RunOptions

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func run() async throws {
        let settings = try options.settings()
        let diagnoses = await Checkup(settings).run()
        switch format {
        case .json: try Console.show(JSONValue.array(diagnoses.map(\.json)).text)
        case .text:
            var table = TextTable(["RESULT", "CHECK", "OF", "DETAIL"])
            for diagnosis in diagnoses {
                table.add(
                    [diagnosis.verdict.rawValue, diagnosis.check.rawValue, diagnosis.subject ?? "", diagnosis.text],
                    tone: Self.tone(of: diagnosis.verdict))
            }
            try Console.show(table.text(width: Console.width, isColoured: Console.isColoured, hasHeader: false))
        }
        if diagnoses.contains(where: { $0.verdict == .trouble }) { throw ExitStatus.failed }
    }

    private static func tone(of verdict: Diagnosis.Verdict) -> TextTable.Tone {
        switch verdict {
        case .fine: .plain
        case .trouble: .bad
        case .skipped: .faint
        }
    }
}
