import PrompterCore
import Testing

struct WatchIndexTests {
    private static let list = """
        {"defaults":{"org":"acme","interval":"2h","timeout":"5s"},
         "providers":{"openai":{"dialect":"openai"},"local":{"dialect":"openai-compatible","base_url":"http://127.0.0.1:1"}},
         "watches":[
          {"template":"a","provider":"openai","model":"m"},
          {"template":"b","provider":"openai","model":"m","workspace":"x"},
          {"template":"b","provider":"openai","model":"m","workspace":"y"},
          {"template":"off","provider":"openai","model":"m","enabled":false}]}
        """

    private static func find(_ request: VersionRequest) throws -> (watch: Watch, isWatched: Bool) {
        let source = WatchlistSource(file: "watchlist.json", bytes: Array(list.utf8)) { _ in "" }
        return try WatchIndex(try Watchlist(source)).find(request)
    }

    @Test func aUniqueWatchNeedsNoMoreThanItsTemplate() throws {
        let found = try Self.find(VersionRequest(template: "a", systemInstructions: "of the caller"))
        #expect(found.isWatched && found.watch.key.org == "acme" && found.watch.target.systemInstructions == nil)
        let one = try Self.find(VersionRequest(template: "b", workspace: "y"))
        #expect(one.isWatched && one.watch.key.workspace == "y")
    }

    @Test func whatIsNotWatchedHasTheDefaults() throws {
        let found = try Self.find(
            VersionRequest(
                template: "off", workspace: "x", provider: "local", model: "n", systemInstructions: "s",
                inferenceParameters: .object([.init("seed", .number("1"))])))
        #expect(!found.isWatched)
        #expect(found.watch.key.texts == ["acme", "x", "off", "local", "n"])
        let target = found.watch.target
        #expect(target.interval == .seconds(7200) && target.timeout == .seconds(5))
        #expect(target.systemInstructions == "s" && target.inferenceParameters != nil)
    }

    /// A watch has parameters of its own, so that the caller's don't matter.
    @Test func parametersOfTheProbeAreRefusedOnlyWhereTheyCount() throws {
        let parameters = JSONValue.object([.init("temperature", .number("0")), .init("stream", .bool(true))])
        #expect(try Self.find(VersionRequest(template: "a", inferenceParameters: parameters)).isWatched)
        let unwatched = VersionRequest(template: "c", provider: "openai", model: "m", inferenceParameters: parameters)
        #expect(throws: VersionRequest.Problem.reservedParameter("stream")) { try Self.find(unwatched) }
    }

    @Test(arguments: [
        (VersionRequest(template: "b"), VersionRequest.Problem.ambiguous(2)),
        (VersionRequest(template: "c"), .unwatched("c")), (VersionRequest(template: "a", model: "n"), .unwatched("a")),
        (
            VersionRequest(template: "c", provider: "opneai", model: "m"),
            .unknownProvider("opneai", suggestion: "; did you mean \"openai\"?")
        ),
    ])
    func whatCannotBeFoundSaysWhy(_ request: VersionRequest, _ problem: VersionRequest.Problem) {
        #expect(throws: problem) { try Self.find(request) }
    }

    /// It stands in other people's databases.
    @Test func anIDNeverChanges() throws {
        let version = try #require(VersionIdentity(resolvedModel: "gpt-4o-2024-08-06", fingerprint: "fp_1"))
        let key = Watch.Key(org: "o", workspace: "w", template: "t", provider: "openai", model: "gpt-4o")
        #expect(VersionID(of: version, watch: key).description == "266a7ddb1000-ceae101d5358")
    }
}
