import ArgumentParser
import Foundation

/// What the benches of a whole daemon share.
struct DaemonOptions: ParsableArguments {
    @Option(name: .customLong("program"), help: "The daemon's program [beside this one].")
    var givenProgram: String?
    @Option(help: "Where the database goes.") var folder = "."
    @Option(help: "text or json.") var format = Figures.Format.text

    /// Absolute, since the daemon has a working directory of its own.
    var program: String {
        givenProgram.map { URL(fileURLWithPath: $0).path }
            ?? URL(fileURLWithPath: OwnProgram.path).deletingLastPathComponent().appendingPathComponent("prompterd")
            .path
    }
}

/// The bench's own program, wherever it was called from.
enum OwnProgram {
    static let path = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
}
