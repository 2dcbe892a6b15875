import Foundation
import OutsideParts

/// A site where every secret that prompterd is given is a canary: keys of every dialect in every place where one is looked for,
/// the password of Redis, a webhook's address, its headers and its keys.
struct LeakSite {
    /// Which of the variables that the providers' own libraries read are set.
    enum Variables: CaseIterable, Sendable {
        case keys, tokens
    }

    static let password = Canary("password of Redis")
    static let path = Canary("webhook's path")
    static let token = Canary("webhook's token")
    static let header = Canary("webhook's header", of: Canary.awkward)
    static let signing = Canary("webhook's signing key", beginning: "whsec_")
    static let routing = Canary("routing key", beginning: "R", count: 31)

    let site: Site
    private(set) var canaries = [password, path, token, header, signing, routing]
    private(set) var environment: [String: String] = [:]
    /// The files in which a user put secrets.
    private(set) var given: Set<String>
    private(set) var providers: [String] = []
    private var watches: [String] = []

    /// - Parameters:
    ///   - leaking: the address of a provider that gives ``LeakingAnswer``.
    ///   - refusing: an address that nobody listens at.
    ///   - receiver: the address of the webhook.
    init(_ variables: Variables, leaking: String, refusing: String, receiver: String) throws {
        site = try Site()
        given = [site.watchlist]
        environment["CREDENTIALS_DIRECTORY"] = site.folder.path(of: "credentials")
        try FileManager.default.createDirectory(
            atPath: site.folder.path(of: "credentials"), withIntermediateDirectories: false)
        var entries: [String] = []
        let answers = LeakingAnswer.all.map { ($0.name, "\(leaking)/\($0.name)") } + [("refused", refusing)]
        for (index, caller) in LeakCaller.all.enumerated() {
            let usual = caller.usual[variables]
            let keys = LeakCaller.Place.allCases.map { place in
                Canary(
                    "\(caller.name)'s key by \(place)", beginning: caller.beginning,
                    of: caller.name == "azure" ? Canary.plain : Canary.awkward)
            }
            let variable = "KEY_\(caller.name.uppercased())"
            canaries += usual == nil ? keys.dropLast() : keys
            try give(keys[0].secret, in: "key-\(caller.name)")
            environment[variable] = keys[1].secret
            if let usual { environment[usual] = keys[3].secret }
            for (number, answer) in answers.enumerated() {
                let name = "\(caller.name)-\(answer.0)"
                var entry = #""\#(name)":{\#(caller.members),"base_url":"\#(answer.1)""#
                switch LeakCaller.Place.allCases[(number + index) % (usual == nil ? 3 : 4)] {
                case .file: entry += #","api_key_file":"key-\#(caller.name)""#
                case .variable: entry += #","api_key_env":"\#(variable)""#
                case .service: try give(keys[2].secret + "\n", in: "credentials/\(name)")
                case .usual: break
                }
                entries.append(entry + "}")
                providers.append(name)
                watches.append(#"{"template":"\#(name)","provider":"\#(name)","model":"m"}"#)
            }
        }
        try give("Authorization: Bearer \(Self.header.secret)\n", in: "headers")
        try give("\(Self.signing.secret)\n", in: "signing")
        try give("\(Self.routing.secret)\n", in: "routing")
        for (number, address) in [receiver, refusing].enumerated() {
            watch(told: address, number)
        }
        try site.write(
            """
            {"defaults":{"interval":"5s","timeout":"4s"},
             "providers":{\(entries.joined(separator: ","))},"watches":[\(watches.joined(separator: ","))]}
            """)
    }

    /// Writes a secret as a user does.
    mutating func give(_ text: String, in name: String) throws {
        let path = site.folder.path(of: name)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        given.insert(path)
    }

    private mutating func watch(told address: String, _ number: Int) {
        watches.append(
            """
            {"template":"told-\(number)","provider":"compatible-other-members","model":"m","expect":["other"],
             "on_change":{"webhook":"\(address)/\(Self.path.secret)?token=\(Self.token.secret)",
                          "header_file":"headers","signing_key_file":"signing","severity":"info"}}
            """)
        watches.append(
            """
            {"template":"paged-\(number)","provider":"compatible-other-members","model":"m","expect":["other"],
             "on_change":{"webhook":"\(address)/\(Self.path.secret)","format":"pagerduty","routing_key_file":"routing",
                          "header_file":"headers","signing_key_file":"signing","severity":"info"}}
            """)
    }

    /// What stands in the files of the site that prompterd wrote, but for its copy of the watchlist, which has what that has.
    func written() throws -> [(file: String, bytes: [UInt8])] {
        let folder = URL(fileURLWithPath: site.folder.path)
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        return try (files?.allObjects ?? []).compactMap { file in
            guard let url = file as? URL, !given.contains(url.path), !url.path.hasSuffix(".db.watchlist.json"),
                try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
            else { return nil }
            return (url.lastPathComponent, ChildProcess.run(["cat", "--", url.path]).output)
        }
    }
}
