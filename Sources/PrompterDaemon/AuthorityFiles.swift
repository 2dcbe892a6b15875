import CurlProbing
public import LinuxHost
public import PrompterCore

/// The files of authorities that a watchlist's providers name (`ca_file`), read beforehand: whoever makes calls waits for no disk.
public struct AuthorityFiles: Sendable {
    /// By path.
    let files: [String: AuthorityFile]
    /// What is wrong, one line a provider.
    public let faults: [String]

    public init(of watchlist: Watchlist, on threads: FileThreads = FileThreads()) async {
        let providers = watchlist.providers.values.filter { !$0.isStub && $0.authorityFile != nil }
            .sorted { $0.name < $1.name }
        files = await withTaskGroup(of: (String, AuthorityFile).self) { group in
            for path in Set(providers.compactMap(\.authorityFile)) {
                group.addTask { (path, await Self.file(at: path, on: threads)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        faults = providers.compactMap { [files] provider in
            guard case .unusable(let text)? = provider.authorityFile.flatMap({ files[$0] }) else { return nil }
            return "\(SafeText(provider.name)): ca_file: \(text)"
        }
    }

    // Not in the closure that calls it: Swift 6.3.1 compiles typed errors there into code that crashes, in release builds alone.
    private static func file(at path: String, on threads: FileThreads) async -> AuthorityFile {
        do throws(FileError) {
            return .certificates(try await CertificateFile.read(path, on: threads))
        } catch {
            return .unusable(SafeText("\(error)", limit: 5000))
        }
    }
}
