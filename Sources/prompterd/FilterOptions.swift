import ArgumentParser
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
