import OutsideParts
import PrompterCore
import Testing

@testable import LinuxHost

/// Webhooks' files: header lines, signing keys, a routing key.
struct WebhookFileTests {
    private let folder = TemporaryFolder()

    private func file(
        _ text: String, _ kind: WebhookFile.Kind = .headers, mode: UInt32 = 0o600
    ) throws -> WebhookFile {
        try AtomicFile.write(Array(text.utf8), to: folder.path(of: "file"), mode: mode)
        return WebhookFile(kind, folder.path(of: "file"))
    }

    @Test func itsLinesAreHeaders() async throws {
        let content = try await file("Authorization: Bearer a:b\r\n\n X-Team:models \t\nX-Empty:").read(
            on: FileThreads())
        #expect(
            content.secrets.headers == [
                HTTPHeader("Authorization", "Bearer a:b"), HTTPHeader("X-Team", "models"), HTTPHeader("X-Empty", ""),
            ])
        #expect(content.warnings.isEmpty)
        #expect(try await file("").read(on: FileThreads()).secrets.headers.isEmpty)
    }

    @Test func oneThatOthersCanReadIsWarnedOf() async throws {
        let warnings = try await file("A: canary", mode: 0o644).read(on: FileThreads()).warnings
        #expect(warnings.count == 1 && warnings[0].contains("chmod 0600") && !warnings[0].contains("canary"))
    }

    @Test(arguments: [
        ("canary", "line 1 has no colon"), ("A: b\nB c: canary", "line 2 does not start"), (": canary", "line 1"),
        ("A: canary\u{1}", "control character"), ("Content-Length: 9", "line 1 sets Content-Length"),
        ("idempotency-key: x", "sets idempotency-key"), ("Webhook-Id: x", "sets Webhook-Id"),
        ("A: canary\rB: x", "control character"),
    ]) func whatIsNoneIsRefusedAndNeverQuoted(_ text: String, _ reason: String) async throws {
        let file = try file(text)
        let error = await #expect(throws: WebhookFileError.self) { try await file.read(on: FileThreads()) }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
        #expect(error?.description.contains("canary") == false)
    }

    @Test(arguments: [
        ("A: canary\n", 65, "more than 64"), (" ", 65 << 10, "larger than 65536 bytes"),
    ]) func oneThatIsTooLongIsRefused(_ line: String, _ count: Int, _ reason: String) async throws {
        let file = try file(String(repeating: line, count: count))
        let error = await #expect(throws: WebhookFileError.self) { try await file.read(on: FileThreads()) }
        #expect(error?.description.contains(reason) == true)
    }

    @Test func oneThatIsMissingIsNamed() async {
        let error = await #expect(throws: WebhookFileError.self) {
            try await WebhookFile(.headers, folder.path(of: "none")).read(on: FileThreads())
        }
        #expect(error?.description == "header file \(folder.path)/none: no such file or folder; check the path")
    }

    private static let key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let routing = "R0123456789012345678901234567890"

    @Test(
        arguments: [
            (WebhookFile.Kind.signingKeys, "\(key)\r\n\n \(key)\n", [key, key], nil),
            (.routingKey, "\n \(routing) \r\n", [], routing),
        ] as [(WebhookFile.Kind, String, [String], String?)])
    func itsLinesAreKeys(_ kind: WebhookFile.Kind, _ text: String, _ signing: [String], _ routing: String?) async throws
    {
        let secrets = try await file(text, kind).read(on: FileThreads()).secrets
        #expect(secrets.signingKeys.map { $0.reveal() } == signing && secrets.routingKey?.reveal() == routing)
        #expect(!"\(secrets)".contains(Self.key) && !"\(secrets)".contains(Self.routing))
    }

    @Test(arguments: [
        (WebhookFile.Kind.signingKeys, "", "is empty"), (.signingKeys, "\(key)\ncanary", "line 2 is not a signing key"),
        (.signingKeys, String(repeating: "\(key)\n", count: 5), "has more than 4 keys"),
        (.routingKey, " \n", "is empty"), (.routingKey, "canary\ncanary", "should contain only the routing key"),
        (.routingKey, "canary", "32 characters on one line"),
        (.routingKey, "routing_key=canary x 01234567890", "should contain only the routing key"),
    ])
    func whatIsNoKeyIsRefusedAndNeverQuoted(_ kind: WebhookFile.Kind, _ text: String, _ reason: String) async throws {
        let file = try file(text, kind)
        let error = await #expect(throws: WebhookFileError.self) { try await file.read(on: FileThreads()) }
        #expect(error?.description.hasPrefix("\(kind.rawValue) \(file.path): ") == true)
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
        #expect(error?.description.contains("canary") == false && error?.description.contains(Self.key) == false)
    }

    @Test func aWebhooksFilesAreReadTogether() async throws {
        for (name, text) in [("h", "A: b"), ("s", Self.key), ("r", Self.routing)] {
            try AtomicFile.write(Array(text.utf8), to: folder.path(of: name), mode: 0o600)
        }
        let webhook = Webhook(
            url: "https://h.example", headerFile: folder.path(of: "h"), signingKeyFile: folder.path(of: "s"),
            routingKeyFile: folder.path(of: "r"))
        let secrets = try await WebhookSecrets(of: webhook, on: FileThreads())
        #expect(
            secrets
                == WebhookSecrets(
                    headers: [HTTPHeader("A", "b")], signingKeys: [Credential(Self.key)],
                    routingKey: Credential(Self.routing)))
    }
}
