public import PrompterCore

/// Reads the files that webhooks' entries name. Each look reads them anew, so that one that was replaced is seen.
extension WebhookFile {
    /// The largest that is read, in bytes.
    public static let largest = 64 << 10

    /// What stands in a file, and what the operator should know: one line each, never a secret.
    public struct Content: Sendable {
        public var secrets: WebhookSecrets
        public var warnings: [String]
    }

    /// - Throws: ``WebhookFileError``.
    public func read(on threads: FileThreads) async throws(WebhookFileError) -> Content {
        let file: FileContent
        do {
            file = try await threads.read(path, limit: Self.largest)
        } catch {
            throw .file(kind, error)
        }
        let place = SafeText(path, limit: 4096)
        do throws(WebhookFileFault) {
            let warning = "\(kind.rawValue) \(place): every user on this machine can read it; run chmod 0600 on it"
            return Content(secrets: try secrets(in: file.bytes), warnings: file.isOpenToAll ? [warning] : [])
        } catch {
            throw .unusable(kind, path: place, reason: error.reason)
        }
    }

    private func secrets(in bytes: [UInt8]) throws(WebhookFileFault) -> WebhookSecrets {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw WebhookFileFault("is not UTF-8; save it as UTF-8")
        }
        switch kind {
        case .headers: return WebhookSecrets(headers: try HeaderLines.headers(in: text))
        case .signingKeys: return WebhookSecrets(signingKeys: try KeyLines.signingKeys(in: text))
        case .routingKey: return WebhookSecrets(routingKey: try KeyLines.routingKey(in: text))
        }
    }
}

extension WebhookSecrets {
    /// What the files of `webhook` hold now.
    ///
    /// - Throws: ``WebhookFileError`` where one can't be used.
    public init(of webhook: Webhook, on threads: FileThreads) async throws(WebhookFileError) {
        self.init()
        for file in webhook.files {
            let secrets = try await file.read(on: threads).secrets
            headers += secrets.headers
            signingKeys += secrets.signingKeys
            routingKey = routingKey ?? secrets.routingKey
        }
    }
}

/// What is wrong with a file's text, without its place.
struct WebhookFileFault: Error {
    var reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}

/// Why a webhook's file is of no use. It names the place, never what stands there.
public enum WebhookFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It can't be read.
    case file(WebhookFile.Kind, FileError)
    /// What stands in it is not what should.
    case unusable(WebhookFile.Kind, path: SafeText, reason: String)

    public var description: String {
        switch self {
        case .file(let kind, let error): "\(kind.rawValue) \(error)"
        case .unusable(let kind, let path, let reason): "\(kind.rawValue) \(path): \(reason)"
        }
    }
}
