import ArgumentParser
import LinuxHost
import PrompterCore

/// A time on the command line.
enum TimeOption {
    /// - Throws: where `text` is no time.
    static func read(_ text: String, of option: String, at now: Timestamp) throws -> Timestamp {
        guard let time = TimeText.parse(text, before: now) else {
            throw ValidationError("--\(option) \(SafeText(text)) is no time; give \(TimeText.expectation)")
        }
        return time
    }
}
