public import PrompterCore

/// Finds the providers' credentials. Each look reads anew, so that a key file that was replaced is seen.
public struct CredentialStore: Sendable {
    /// The longest key that is taken, in bytes.
    public static let longestKey = 64 << 10

    private let environment: [String: String]
    private let threads: FileThreads

    /// - Parameters:
    ///   - environment: the process's environment variables.
    ///   - threads: where key files are read.
    public init(environment: [String: String], threads: FileThreads = FileThreads()) {
        self.environment = environment
        self.threads = threads
    }

    /// The files that the credential of `provider` may stand in, whether or not they are there.
    public func files(of provider: Provider) -> [String] {
        var files = servicePath(for: provider.name).map { [$0] } ?? []
        if case .file(let path) = provider.credentialPlace { files.append(path) }
        return files
    }

    /// The credential of `provider`: the service manager's (`$CREDENTIALS_DIRECTORY`, systemd.exec(5)), else the one
    /// in the place that its entry names, else the one in its dialect's usual variable.
    ///
    /// A place that the entry names must hold one: the usual variable may be another account's.
    ///
    /// - Throws: ``CredentialError``.
    public func credential(of provider: Provider) async throws(CredentialError) -> CredentialAnswer {
        var answer = try await found(for: provider)
        addCompanions(to: &answer, of: provider)
        return answer
    }

    private func found(for provider: Provider) async throws(CredentialError) -> CredentialAnswer {
        if let path = servicePath(for: provider.name) {
            do {
                return try await credential(inFile: path)
            } catch .file(let error) where error.problem == .missing {
                // The service manager was given none for this provider.
            }
        }
        switch provider.credentialPlace {
        case .file(let path):
            return try await credential(inFile: path)
        case .environment(let variable):
            guard let text = environment[variable] else {
                throw .unset(variable: SafeText(variable), provider: SafeText(provider.name))
            }
            return try credential(in: text, of: variable)
        case nil:
            // A usual variable that is set but empty is how shells and containers say that there is none.
            for variable in provider.dialect.credentialVariables {
                if let text = environment[variable.name], !text.isEmpty {
                    return try credential(in: text, of: variable.name, isToken: variable.isToken)
                }
            }
            guard provider.needsCredential else { return CredentialAnswer() }
            let places = provider.dialect.credentialVariables.map { "$\($0.name)" }
            throw .nowhere(
                provider: SafeText(provider.name),
                places: places + ["$CREDENTIALS_DIRECTORY/\(SafeText(provider.name))"])
        }
    }

    /// `nil` where the name can't be a file's in that folder, or would lead out of it.
    private func servicePath(for provider: String) -> String? {
        guard let folder = environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty else { return nil }
        guard let first = provider.utf8.first, first != UInt8(ascii: ".") else { return nil }
        guard !provider.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 }), provider.utf8.count <= 255 else {
            return nil
        }
        return "\(folder)/\(provider)"
    }

    private func credential(inFile path: String) async throws(CredentialError) -> CredentialAnswer {
        let file: FileContent
        do {
            file = try await threads.read(path, limit: Self.longestKey)
        } catch {
            throw .file(error)
        }
        let origin = SafeText(path, limit: 4096)
        var answer = CredentialAnswer(credential: try Self.key(in: file.bytes, origin: origin), origin: origin)
        if file.isOpenToAll {
            answer.warnings.append(
                "credential in \(origin): every user on this machine can read it; run chmod 0600 on it")
        }
        return answer
    }

    private func credential(
        in text: String, of variable: String, isToken: Bool = false
    ) throws(CredentialError) -> CredentialAnswer {
        let origin = SafeText("$\(variable)")
        let key = try Self.key(in: Array(text.utf8), origin: origin)
        let credential = isToken ? Credential(key.reveal(), isToken: true) : key
        return CredentialAnswer(credential: credential, origin: origin)
    }

    /// Adds what the maker's own library sends beside a key, such as OpenAI's organization, for the maker's own address alone. A
    /// key whose place the entry names may be another account's.
    private func addCompanions(to answer: inout CredentialAnswer, of provider: Provider) {
        let companions = provider.dialect.companionVariables
        guard let credential = answer.credential, !companions.isEmpty, provider.credentialPlace == nil,
            provider.baseURL == provider.dialect.usualBaseURL
        else { return }
        var headers: [HTTPHeader] = []
        for companion in companions {
            guard let text = environment[companion.name], !text.isEmpty else { continue }
            if text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
                headers.append(HTTPHeader(companion.header, text))
            } else {
                answer.warnings.append(
                    "$\(companion.name) is ignored: it contains a blank, a control character or a non-ASCII character; correct it"
                )
            }
        }
        answer.credential = Credential(credential.reveal(), isToken: credential.isToken, companions: headers)
    }

    /// The key that `bytes` are, without line breaks at the end.
    private static func key(in bytes: [UInt8], origin: SafeText) throws(CredentialError) -> Credential {
        let end = bytes.lastIndex { $0 != 0x0A && $0 != 0x0D }.map { $0 + 1 } ?? 0
        let key = bytes[..<end]
        guard !key.isEmpty else { throw .empty(origin: origin) }
        guard key.count <= longestKey else {
            throw .unusable(origin: origin, reason: "it is longer than \(longestKey) bytes")
        }
        guard !key.contains(0x0A), !key.contains(0x0D) else {
            throw .unusable(origin: origin, reason: "it has more than one line")
        }
        // It goes into a header field: visible ASCII is all that needs no encoding there (RFC 9110, section 5.5).
        guard key.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .unusable(origin: origin, reason: "it contains a blank, a control character or a non-ASCII character")
        }
        return Credential(String(decoding: key, as: UTF8.self))
    }
}
