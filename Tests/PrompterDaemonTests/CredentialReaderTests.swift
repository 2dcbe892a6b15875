import Dispatch
import Glibc
import Logging
import OutsideParts
import PrompterCore
import Testing

@testable import LinuxHost
@testable import PrompterDaemon

/// Key files under a running daemon.
@Suite(.timeLimit(.minutes(10))) struct CredentialReaderTests {
    private final class Told: Sendable {
        let lines = Locked<[String]>([])
        let renewed = Locked<[Set<String>]>([])
    }

    private struct Lines: LogHandler {
        let told: Told
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) { told.lines.withLock { $0.append("\(event.level): \(event.message)") } }
    }

    private let folder = TemporaryFolder()
    private let told = Told()

    private var key: String { folder.path(of: "key") }

    private func reader(
        _ environment: [String: String] = [:], threads: FileThreads = FileThreads()
    ) -> CredentialReader {
        CredentialReader(
            environment: environment, threads: threads,
            log: Log(Logger(label: "test") { [told] _ in Lines(told: told) })
        ) { [told] names in told.renewed.withLock { $0.append(names) } }
    }

    private func provider(_ place: Provider.CredentialPlace? = nil, at url: String = "http://127.0.0.1:1/v1")
        -> Provider
    {
        Provider(name: "p", dialect: .openAICompatible, baseURL: url, credentialPlace: place)
    }

    private func rotate(_ text: String) throws { try AtomicFile.write(Array(text.utf8), to: key, mode: 0o600) }

    private func writeInPlace(_ text: String) {
        let file = open(key, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        #expect(write(file, text, text.utf8.count) == text.utf8.count)
        close(file)
    }

    /// The key, or why there is none.
    private func found(_ reader: CredentialReader, _ provider: Provider, isRefused: Bool = false) async -> String? {
        do throws(ProbeFailure) {
            return try await reader.credential(of: provider, isRefused: isRefused)?.reveal()
        } catch {
            return error.description
        }
    }

    private var lines: [String] { told.lines.withLock { $0 } }
    private var renewed: [Set<String>] { told.renewed.withLock { $0 } }

    @Test func aRotatedKeyIsReadAgain() async throws {
        let (reader, provider) = (reader(), provider(.file(key)))
        try rotate("one\n")
        await reader.replace(with: [provider])
        await reader.look(isPulse: true)
        #expect(await found(reader, provider) == "one" && renewed.isEmpty && lines.isEmpty)
        try rotate("two\n")
        await reader.look(isPulse: true)
        #expect(await found(reader, provider) == "two" && renewed == [["p"]])
        #expect(lines == ["notice: p: the key in \(key) was read again"])
        // The same key in another file is none.
        try rotate("two\n")
        await reader.look(isPulse: true)
        #expect(renewed.count == 1 && lines.count == 1)
    }

    /// As Kubernetes puts a secret into place.
    @Test func aSwitchedLinkIsFollowed() async throws {
        for (number, text) in ["one", "two"].enumerated() {
            mkdir(folder.path(of: "..v\(number)"), 0o755)
            try AtomicFile.write(Array(text.utf8), to: folder.path(of: "..v\(number)/key"), mode: 0o600)
        }
        symlink("..v0", folder.path(of: "..data"))
        symlink("..data/key", key)
        let (reader, provider) = (reader(), provider(.file(key)))
        await reader.replace(with: [provider])
        symlink("..v1", folder.path(of: "..new"))
        rename(folder.path(of: "..new"), folder.path(of: "..data"))
        await reader.look(isPulse: false)
        #expect(await found(reader, provider) == "two" && renewed == [["p"]])
    }

    /// Truncated, and then written.
    @Test func anEmptyFileIsWaitedForInSilence() async throws {
        let (reader, provider) = (reader(), provider(.file(key)))
        try rotate("one")
        await reader.replace(with: [provider])
        writeInPlace("")
        for isPulse in [false, true, false] { await reader.look(isPulse: isPulse) }
        #expect(await found(reader, provider) == "one" && lines.isEmpty)
        writeInPlace("two")
        await reader.look(isPulse: false)
        #expect(await found(reader, provider) == "two" && lines.count == 1)
        writeInPlace("\n")
        for _ in 1...4 { await reader.look(isPulse: true) }
        #expect(await found(reader, provider) == "two")
        #expect(
            lines.dropFirst() == [
                "warning: p: credential in \(key): it is empty; put only the key there, on one line; the previously read key stays in use"
            ])
    }

    @Test func aVanishedFileIsToldOnceAndItsKeyKept() async throws {
        let (reader, provider) = (reader(), provider(.file(key)))
        try rotate("one")
        await reader.replace(with: [provider])
        unlink(key)
        for _ in 1...3 { await reader.look(isPulse: true) }
        // Nor does a reload tell it again.
        await reader.replace(with: [provider])
        #expect(await found(reader, provider, isRefused: true) == "one" && renewed.isEmpty)
        #expect(
            lines == [
                "warning: p: credential: \(key): no such file or folder; check the path; the previously read key stays in use"
            ])
        try rotate("one")
        await reader.look(isPulse: true)
        #expect(renewed.isEmpty && lines.last == "notice: p: the key in \(key) can be used again")
    }

    /// The service manager's file, without which a provider of one's own would be called without a key.
    @Test func aVanishedServiceKeyIsKept() async throws {
        let (reader, provider) = (reader(["CREDENTIALS_DIRECTORY": folder.path]), provider())
        try AtomicFile.write(Array("one".utf8), to: folder.path(of: "p"), mode: 0o600)
        await reader.replace(with: [provider])
        unlink(folder.path(of: "p"))
        await reader.look(isPulse: true)
        #expect(await found(reader, provider) == "one")
        #expect(lines == ["warning: p: credential: its file is gone; the previously read key stays in use"])
    }

    @Test func aMissingKeyKeepsTheProviderFromBeingCalledUntilItIsThere() async throws {
        let (reader, provider) = (reader(), provider(.file(key)))
        await reader.replace(with: [provider])
        let reason = "credential: \(key): no such file or folder; check the path"
        #expect(lines == ["error: p: \(reason)"])
        #expect(await found(reader, provider) == "auth: \(reason)")
        try rotate("one")
        await reader.look(isPulse: true)
        #expect(renewed == [["p"]])
        #expect(await found(reader, provider) == "one")
    }

    /// Without a pulse in between, and without the recheck that would make the trial's own answer void.
    @Test func aTrialReadsTheKeyAgain() async throws {
        let (reader, provider) = (reader(), provider(.file(key)))
        await reader.replace(with: [provider])
        try rotate("one")
        #expect(await found(reader, provider) == "one")
        try rotate("two")
        #expect(await found(reader, provider) == "one")
        #expect(await found(reader, provider, isRefused: true) == "two")
        #expect(renewed.isEmpty)
        // What else was refused because of the old key is told of with the next look.
        await reader.look(isPulse: true)
        #expect(renewed == [["p"]])
    }

    @Test func noKeyGoesWhereItWasNotMeantFor() async throws {
        let reader = reader()
        let (old, new) = (provider(.file(key)), provider(.file(key), at: "http://127.0.0.1:2/v1"))
        try rotate("one")
        await reader.replace(with: [old])
        unlink(key)
        await reader.replace(with: [new])
        #expect(await found(reader, new)?.hasPrefix("auth: credential: ") == true)
        #expect(await found(reader, old) == "timeout: the watchlist has changed in the meantime")
        await reader.replace(with: [provider()])
        #expect(await found(reader, provider()) == nil)
    }

    @Test func aHungFileRestsItsProviderAlone() async throws {
        let hung = DispatchSemaphore(value: 0)
        let threads = FileThreads(patience: .milliseconds(50)) { path, limit throws(FileError) in
            if path.hasSuffix("hung") { hung.wait() }
            return try FileReading.content(of: path, limit: limit)
        }
        let reader = reader(threads: threads)
        var stuck = provider(.file(folder.path(of: "hung")))
        stuck.name = "stuck"
        try rotate("one")
        let well = provider(.file(key))
        await reader.replace(with: [stuck, well])
        #expect(await found(reader, well) == "one")
        let reason = await found(reader, stuck)
        #expect(
            reason?.contains("no answer within 50ms") == true, "\(reason ?? "")")
        hung.signal()
    }
}
