import CurlProbing
import LinuxHost
import PrompterCore

/// Looks at the files of webhooks and authorities that a watchlist names, and says what is wrong with them, once.
actor FileTroubles {
    private let components: Components
    /// What was wrong with the files of webhooks by the last look, and by the one before.
    private var troubles: Set<String> = []
    private var told: Set<String> = []
    /// What was wrong with the files of authorities when they were last read.
    private var authorityFaults: Set<String> = []

    init(_ components: Components) {
        self.components = components
    }

    /// Looks at all that `watchlist` names.
    func look(at watchlist: Watchlist) async {
        (told, troubles) = (troubles, [])
        await checkWebhooks(of: watchlist)
        await readAuthorities(of: watchlist)
    }

    /// Reads the files of authorities anew. One that can't be used now is trusted as it was read last.
    func readAuthorities(of watchlist: Watchlist) async {
        let read = await AuthorityFiles(of: watchlist, on: components.fileThreads)
        components.client.trust(read.files)
        for fault in read.faults where !authorityFaults.contains(fault) {
            components.log.error(.authorityFileUnusable, fault)
        }
        authorityFaults = Set(read.faults)
    }

    /// Says what is wrong with the webhooks' files now, and not only when an event is to be told. Each is read again then.
    private func checkWebhooks(of watchlist: Watchlist) async {
        await withTaskGroup(of: Result<WebhookFile.Content, WebhookFileError>.self) { group in
            for file in watchlist.webhookFiles {
                group.addTask { [threads = components.fileThreads] in await Self.content(of: file, on: threads) }
            }
            for await result in group {
                do {
                    for warning in try result.get().warnings {
                        tell(.warning, .webhookFileDoubtful, "\(SafeText(warning, limit: 5000))")
                    }
                } catch {
                    tell(.error, .webhookFileUnusable, "\(error)")
                }
            }
        }
    }

    // Not in the closure that calls it, as in `AuthorityFiles`.
    private static func content(
        of file: WebhookFile, on threads: FileThreads
    ) async -> Result<WebhookFile.Content, WebhookFileError> {
        do throws(WebhookFileError) {
            return .success(try await file.read(on: threads))
        } catch {
            return .failure(error)
        }
    }

    private func tell(_ level: LogLine.Level, _ condition: MessageKind.Condition, _ trouble: String) {
        guard troubles.insert(trouble).inserted, !told.contains(trouble) else { return }
        components.log.log(level, condition, trouble)
    }
}
