import ArgumentParser
import Foundation

/// Where the references are that prompterd is measured against.
struct ReferenceOptions: ParsableArguments {
    @Option(
        name: .customLong("references"),
        help: ArgumentHelp(
            "The folder of the references; the provider is theirs, too, where it is there.", valueName: "folder"))
    var given = "../shared/bench"

    /// Absolute, since programs that use it have working directories of their own.
    var folder: String { URL(fileURLWithPath: given).path }
}
