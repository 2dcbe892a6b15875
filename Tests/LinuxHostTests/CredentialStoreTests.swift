import Dispatch
import Glibc
import OutsideParts
import PrompterCore
import Testing

@testable import LinuxHost

@Suite struct CredentialStoreTests {
    private let folder = TemporaryFolder()

    private func provider(
        _ name: String = "openai", _ dialect: Dialect = .openAI, _ place: Provider.CredentialPlace? = nil
    ) -> Provider {
        Provider(name: name, dialect: dialect, credentialPlace: place)
    }

    private func write(_ text: String, to name: String, mode: UInt32 = 0o600) throws -> String {
        try AtomicFile.write(Array(text.utf8), to: folder.path(of: name), mode: mode)
        return folder.path(of: name)
    }

    @Test func theServiceManagersGoesFirst() async throws {
        _ = try write("sk-service\n", to: "openai", mode: 0o400)
        let file = try write("sk-file\n", to: "key")
        var environment = ["CREDENTIALS_DIRECTORY": folder.path, "OPENAI_API_KEY": "sk-usual", "MINE": "sk-mine"]
        let inFile = provider("openai", .openAI, .file(file))
        let named = provider("openai", .openAI, .environment("MINE"))
        func key(_ provider: Provider) async throws -> String? {
            let answer = try await CredentialStore(environment: environment).credential(of: provider)
            #expect(answer.warnings.isEmpty)
            return answer.credential?.reveal()
        }
        #expect(try await key(inFile) == "sk-service")
        environment["CREDENTIALS_DIRECTORY"] = nil
        #expect(try await key(inFile) == "sk-file")
        #expect(try await key(named) == "sk-mine")
        #expect(try await key(provider()) == "sk-usual")
        environment["OPENAI_API_KEY"] = ""
        #expect(try await key(provider()) == nil)
        environment["OPENAI_API_KEY"] = nil
        #expect(try await key(provider()) == nil)
    }

    /// Only where nothing else could carry one, and nobody is called who needs none.
    @Test func saysWhereItLookedForOneThatIsNeeded() async throws {
        let store = CredentialStore(environment: [:])
        let maker = Provider(name: "oa", dialect: .openAI, baseURL: "https://api.openai.com/v1")
        let error = await #expect(throws: CredentialError.self) { try await store.credential(of: maker) }
        #expect(
            error?.description
                == #"credential of provider "oa": none found in $OPENAI_API_KEY or $CREDENTIALS_DIRECTORY/oa; put the key "#
                + "there, or name its location with api_key_env or api_key_file")
        var other = maker
        other.headers = [HTTPHeader("authorization", "Bearer x")]
        #expect(try await store.credential(of: other) == CredentialAnswer())
        other = maker
        other.baseURL = "http://127.0.0.1:4000/v1"
        #expect(try await store.credential(of: other) == CredentialAnswer())
    }

    @Test func aCredentialThatTheServiceManagerHasNotIsLookedForElsewhere() async throws {
        let store = CredentialStore(environment: ["CREDENTIALS_DIRECTORY": folder.path, "OPENAI_API_KEY": "sk-usual"])
        #expect(try await store.credential(of: provider()).credential?.reveal() == "sk-usual")
        #expect(try await store.credential(of: provider()).origin?.description == "$OPENAI_API_KEY")
    }

    @Test(arguments: ["../outside", "/etc/hostname", ".hidden", "", ".", "..", "a/b", "a\0b"])
    func noNameLeadsOutOfTheFolder(name: String) async throws {
        mkdir(folder.path(of: "inside"), 0o755)
        mkdir(folder.path(of: "inside/a"), 0o755)
        for place in ["outside", "inside/.hidden", "inside/a/b", "inside/a"] where place != "inside/a" {
            _ = try write("sk-secret", to: place)
        }
        let store = CredentialStore(environment: ["CREDENTIALS_DIRECTORY": folder.path(of: "inside")])
        #expect(try await store.credential(of: provider(name)) == CredentialAnswer())
    }

    @Test func oddNamesInTheFolderAreFound() async throws {
        _ = try write("sk-odd", to: "öpen ai:eu\n-1")
        let store = CredentialStore(environment: ["CREDENTIALS_DIRECTORY": folder.path])
        let answer = try await store.credential(of: provider("öpen ai:eu\n-1"))
        #expect(answer.credential?.reveal() == "sk-odd")
        #expect(answer.origin?.description.contains("\n") == false)
    }

    @Test func eachDialectHasItsUsualVariables() async throws {
        let all = [
            "OPENAI_API_KEY", "AZURE_OPENAI_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY", "ANTHROPIC_API_KEY",
        ]
        var store = CredentialStore(environment: Dictionary(uniqueKeysWithValues: all.map { ($0, $0) }))
        let expected: [Dialect: String] = [
            .openAI: "OPENAI_API_KEY", .azureOpenAI: "AZURE_OPENAI_API_KEY", .google: "GOOGLE_API_KEY",
            .anthropic: "ANTHROPIC_API_KEY",
        ]
        for dialect in Dialect.allCases {
            #expect(try await store.credential(of: provider("x", dialect)).credential?.reveal() == expected[dialect])
        }
        store = CredentialStore(environment: ["GEMINI_API_KEY": "gemini"])
        #expect(try await store.credential(of: provider("x", .google)).credential?.reveal() == "gemini")
    }

    @Test(
        arguments: [
            "", "\n", "\r\n\n", "sk-one\nsk-two", "sk-one\r\nsk-two\n", "sk-\u{1B}[31m", "sk-a b", " sk-a", "sk-\0",
            "sk-\t", "\u{FEFF}sk-a", "sk-ä", "sk-\u{7F}", String(repeating: "k", count: 65537),
        ])
    func whatIsNoKeyIsRefusedWithItsPlaceAndNeverShown(text: String) async throws {
        let path = try write(text, to: "key")
        let store = CredentialStore(environment: ["MINE": text])
        let inFile = await #expect(throws: CredentialError.self) {
            try await store.credential(of: provider("openai", .openAI, .file(path)))
        }
        let message = try #require(inFile?.description)
        #expect(message.contains(path))
        #expect(!message.contains("\n"))
        #expect(!message.contains("sk-") && !message.contains("kkk"))
        let inVariable = await #expect(throws: CredentialError.self) {
            try await store.credential(of: provider("openai", .openAI, .environment("MINE")))
        }
        #expect(inVariable?.description.contains("$MINE") == true)
        #expect(inVariable?.description.contains("sk-") == false)
    }

    @Test(arguments: ["sk-a", "sk-a\n", "sk-a\r\n", "sk-a\n\n"])
    func aLineBreakAtTheEndIsNoPartOfTheKey(text: String) async throws {
        let path = try write(text, to: "key")
        let answer = try await CredentialStore(environment: [:]).credential(of: provider("x", .openAI, .file(path)))
        #expect(answer.credential?.reveal() == "sk-a")
        #expect(answer.origin?.description == path)
    }

    @Test func theLongestKeyIsTaken() async throws {
        let key = String(repeating: "k", count: CredentialStore.longestKey)
        let path = try write(key, to: "key")
        let answer = try await CredentialStore(environment: [:]).credential(of: provider("x", .openAI, .file(path)))
        #expect(answer.credential?.reveal() == key)
    }

    @Test func aFileThatOthersCanReadIsWarnedOf() async throws {
        let path = try write("sk-a", to: "key", mode: 0o644)
        let answer = try await CredentialStore(environment: [:]).credential(of: provider("x", .openAI, .file(path)))
        #expect(answer.credential?.reveal() == "sk-a")
        #expect(
            answer.warnings == ["credential in \(path): every user on this machine can read it; run chmod 0600 on it"])
    }

    @Test func aPlaceThatIsNamedMustHoldOne() async throws {
        let store = CredentialStore(environment: ["OPENAI_API_KEY": "sk-usual"])
        let path = folder.path(of: "missing")
        let noFile = await #expect(throws: CredentialError.self) {
            try await store.credential(of: provider("openai-eu", .openAI, .file(path)))
        }
        #expect(noFile?.description == "credential: \(path): no such file or folder; check the path")
        let noVariable = await #expect(throws: CredentialError.self) {
            try await store.credential(of: provider("openai-eu", .openAI, .environment("OPENAI_EU_KEY")))
        }
        #expect(
            noVariable?.description
                == "credential of provider \"openai-eu\": the environment variable OPENAI_EU_KEY is "
                + "not set; set it, or correct api_key_env")
    }

    @Test func aKeyFileThatWasReplacedIsSeen() async throws {
        let path = try write("sk-old\n", to: "key")
        let store = CredentialStore(environment: [:])
        let entry = provider("x", .openAI, .file(path))
        #expect(try await store.credential(of: entry).credential?.reveal() == "sk-old")
        _ = try write("sk-new\n", to: "key")
        #expect(try await store.credential(of: entry).credential?.reveal() == "sk-new")
    }

    @Test func aTokenIsKnownAsOneAndComesAfterAKey() async throws {
        for (dialect, key, token) in [
            (Dialect.azureOpenAI, "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN"),
            (.anthropic, "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
        ] {
            var found = try await CredentialStore(environment: [token: "t"]).credential(of: provider("x", dialect))
            #expect(found.credential == Credential("t", isToken: true) && found.origin?.description == "$\(token)")
            found = try await CredentialStore(environment: [token: "t", key: "k"]).credential(
                of: provider("x", dialect))
            #expect(found.credential == Credential("k"))
        }
    }

    @Test func organizationAndProjectGoToOpenAIAlone() async throws {
        let environment = ["OPENAI_API_KEY": "k", "MINE": "k", "OPENAI_ORG_ID": "org-1", "OPENAI_PROJECT_ID": "proj_1"]
        let both = [HTTPHeader("OpenAI-Organization", "org-1"), HTTPHeader("OpenAI-Project", "proj_1")]
        func companions(_ dialect: Dialect, _ url: String, _ place: Provider.CredentialPlace? = nil) async throws
            -> [HTTPHeader]?
        {
            let provider = Provider(name: "p", dialect: dialect, baseURL: url, credentialPlace: place)
            return try await CredentialStore(environment: environment).credential(of: provider).credential?.companions
        }
        #expect(try await companions(.openAI, "https://api.openai.com/v1") == both)
        #expect(try await companions(.openAI, "https://gateway.example/v1") == [])
        // Another place's key may be another account's.
        #expect(try await companions(.openAI, "https://api.openai.com/v1", .environment("MINE")) == [])
        #expect(try await companions(.openAICompatible, "https://api.openai.com/v1", .environment("MINE")) == [])
    }

    @Test func anOrganizationThatIsNoneIsLeftOutWithAWarning() async throws {
        let store = CredentialStore(environment: [
            "OPENAI_API_KEY": "k", "OPENAI_ORG_ID": "a\nb", "OPENAI_PROJECT_ID": "",
        ])
        let answer = try await store.credential(
            of: Provider(name: "p", dialect: .openAI, baseURL: Dialect.openAI.usualBaseURL ?? ""))
        #expect(answer.credential?.companions == [])
        #expect(answer.warnings.count == 1 && answer.warnings[0].hasPrefix("$OPENAI_ORG_ID"))
    }

    /// As on a network's file system that has gone away.
    @Test func noKeyIsWaitedForForEver() async throws {
        let hung = DispatchSemaphore(value: 0)
        let threads = FileThreads(patience: .milliseconds(50)) { path, _ throws(FileError) in
            hung.wait()
            throw FileError(path, .missing)
        }
        let store = CredentialStore(environment: [:], threads: threads)
        let error = await #expect(throws: CredentialError.self) {
            try await store.credential(of: provider("x", .openAI, .file("/net/key")))
        }
        hung.signal()
        #expect(error == .file(FileError("/net/key", .slow(.milliseconds(50)))))
    }

    @Test func aPipeIsNoKeyFile() async {
        let pipe = folder.path(of: "pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let error = await #expect(throws: CredentialError.self) {
            try await CredentialStore(environment: [:]).credential(of: provider("x", .openAI, .file(pipe)))
        }
        #expect(error == .file(FileError(pipe, .special)))
    }
}
