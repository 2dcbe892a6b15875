import ArgumentParser
import LinuxHost
import PrompterCore

/// Which watches a command is about.
struct FilterOptions: ParsableArguments {
    @Option(help: "Only watches of this org.")
    var org: String?
    @Option(help: "Only watches of this workspace.")
    var workspace: String?
    @Option(help: "Only watches of this provider.")
    var provider: String?
    @Option(help: "Only watches of this model.")
    var model: String?

    func filter(template: String?) -> WatchFilter {
        WatchFilter(org: org, workspace: workspace, template: template, provider: provider, model: model)
    }
}

/// A time on the command line.
enum TimeOption {
    /// - Throws: where `text` is no time.
    static func read(_ text: String, of option: String, at now: Timestamp) throws -> Timestamp {
        guard let time = TimeText.parse(text, before: now) else {
            throw ValidationError("--\(option) \(SafeText(text)) is not a time; give \(TimeText.expectation)")
        }
        return time
    }
}
