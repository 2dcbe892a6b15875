import ArgumentParser
import PrompterCore
import PrompterDaemon

/// `prompterd probe`
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Show which version serves a template now.",
        discussion: """
            No provider is called if the current slot already has an observation: the version is then known (from the database) \
            or observed (by another instance, from Redis). If a template is watched with several models, all are shown.
            """)

    private static let forceOption = "--force"

    @Argument(help: "The template.")
    var template: String

    @OptionGroup(title: "Which of the template's watches") var filter: FilterOptions
    @OptionGroup var options: SettingsOptions

    @Flag(help: "Call the provider even if the current slot has an observation or calls are paused.")
    var force = false

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func run() async throws {
        let settings = try options.settings()
        _ = try options.makeLog(usual: .warning)
        let answers: [VersionInquiry.Answer]
        do throws(DaemonError) {
            let inquiry = try await VersionInquiry(settings)
            let watches = inquiry.watches(matching: filter.filter(template: template))
            guard !watches.isEmpty else {
                let known = inquiry.templates.contains(template)
                throw .unwatched(
                    known
                        ? "the template \"\(SafeText(template))\" is not watched with this org, workspace, provider and model"
                        : "no template named \"\(SafeText(template))\" is in \(SafeText(settings.watchlist, limit: 4096))"
                )
            }
            answers = try await inquiry.ask(for: watches, isForced: force)
        } catch {
            throw ExitStatus.say(error)
        }
        switch format {
        case .text: try answers.forEach(Self.show)
        case .json: try Console.show(JSONValue.array(answers.map(Self.json)).text)
        }
        if answers.contains(where: { $0.reply.complaint(force: Self.forceOption) != nil }) { throw ExitStatus.failed }
    }

    private static func show(_ answer: VersionInquiry.Answer) throws {
        let name =
            "\(SafeText(answer.watch.template)) \(SafeText(answer.watch.provider)) \(SafeText(answer.watch.model))"
        switch answer.reply {
        case .answer(let found):
            let source =
                switch found.source {
                case .probed: "probed now"
                case .observed: "observed by another instance at \(found.time.iso8601)"
                case .known: "known since \(found.time.iso8601), in this slot"
                }
            try Console.show(
                "\(name): \(SafeText(found.version.key)) (\(found.isNew ? "new" : "seen before"); \(source))")
        case .failure, .notRecorded, .notMade:
            Console.complain("\(name): \(answer.reply.complaint(force: forceOption) ?? "")")
        }
    }

    private static func json(_ answer: VersionInquiry.Answer) -> JSONValue {
        let watch = answer.watch
        var members: [JSONValue.JSONMember] = [
            .init("org", .string(watch.org)), .init("workspace", .string(watch.workspace)),
            .init("template", .string(watch.template)), .init("provider", .string(watch.provider)),
            .init("model", .string(watch.model)),
        ]
        switch answer.reply {
        case .answer(let found):
            members += [
                .init("provider_version_key", .string(found.version.key)),
                .init("resolved_model", found.version.resolvedModel.map { .string($0) } ?? .null),
                .init("fingerprint", found.version.fingerprint.map { .string($0) } ?? .null),
                .init("captured_at", .string(found.time.iso8601Milliseconds)),
                .init("is_new", .bool(found.isNew)), .init("source", .string(found.source.rawValue)),
            ]
        case .failure(let failure):
            members += [
                .init("failure", .string(failure.failureClass.rawValue)),
                .init("detail", .string(failure.detail.description)),
            ]
        case .notRecorded(let version, let reason):
            members += [
                .init("provider_version_key", .string(version.key)),
                .init("resolved_model", version.resolvedModel.map { .string($0) } ?? .null),
                .init("fingerprint", version.fingerprint.map { .string($0) } ?? .null),
                .init("not_recorded", .string(reason)),
            ]
        case .notMade(let reason):
            members.append(.init("not_made", .string(reason.name)))
            if let failure = reason.failureClass { members.append(.init("failure", .string(failure.rawValue))) }
            members.append(.init("detail", .string(reason.detail(force: forceOption))))
        }
        return .object(members)
    }
}
