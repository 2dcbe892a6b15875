import Foundation
import OutsideParts
import Testing

/// The message catalogue that is installed with the service.
enum Catalog {
    /// What the catalogue says of one id.
    struct Entry {
        var name: String
        var id: String
        /// `Subject: …` and the like.
        var headers: [String] = []
        var text: [String] = []
    }

    static var path: String {
        URL(fileURLWithPath: #filePath).appendingPathComponent("../../../deploy/journal/prompterd.catalog")
            .standardizedFileURL.path
    }

    /// Its entries, in their order; a comment above each has its name.
    static func entries() throws -> [Entry] {
        var entries: [Entry] = []
        var name = ""
        for line in try String(contentsOfFile: path, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if line.hasPrefix("#") {
                name = String(line.dropFirst(2))
            } else if line.hasPrefix("-- ") {
                entries.append(Entry(name: name, id: String(line.dropFirst(3))))
            } else if !entries.isEmpty, !line.isEmpty {
                let isHeader = entries[entries.count - 1].text.isEmpty && line.contains(/^[A-Z][A-Za-z-]+:\s/)
                if isHeader {
                    entries[entries.count - 1].headers.append(String(line))
                } else {
                    entries[entries.count - 1].text.append(String(line))
                }
            }
        }
        return entries
    }

    /// Makes it the only one that journalctl(1) shows, in a mount namespace of the calling thread's own.
    static func install() {
        let source = "/usr/lib/systemd/catalog"
        for folder in [source, "/var/lib/systemd/catalog"] {
            ChildProcess.run(["mount", "-t", "tmpfs", "tmpfs", folder])
        }
        ChildProcess.run(["cp", path, source])
        #expect(ChildProcess.run(["journalctl", "--update-catalog"]).status == 0)
    }
}
