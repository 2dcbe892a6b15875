import ConformanceSuites
import SQLiteVersions
import Testing

struct ConformanceTests {
    private let folder: TemporaryFolder
    private let store: SQLiteVersionStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SQLiteVersionStore(path: folder.file())
    }

    @Test func tellsOfAModelThatIsGone() async throws {
        try await VersionStoreConformance.tellsOfAModelThatIsGone(store)
    }

    @Test func keepsWhyTheLookupFails() async throws {
        try await VersionStoreConformance.keepsWhyTheLookupFails(store)
    }

    @Test func learnsHowOftenATargetIsRefused() async throws {
        try await VersionStoreConformance.learnsHowOftenATargetIsRefused(store)
    }

    @Test func tellsOfATargetThatIsRefused() async throws {
        try await VersionStoreConformance.tellsOfATargetThatIsRefused(store)
    }

    @Test func tellsWhyATargetIsRefused() async throws {
        try await VersionStoreConformance.tellsWhyATargetIsRefused(store)
    }

    @Test func correctsWhatALateObservationRefutes() async throws {
        try await VersionStoreConformance.correctsWhatALateObservationRefutes(store)
    }

    @Test func tellsEventsOnce() async throws {
        try await VersionStoreConformance.tellsEventsOnce(store)
    }

    @Test func knowsAnObservationByTimeAndID() async throws {
        try await VersionStoreConformance.knowsAnObservationByTimeAndID(store)
    }

    @Test func tellsAnyTwoIDsApart() async throws {
        try await VersionStoreConformance.tellsAnyTwoIDsApart(store)
    }

    @Test func seesTheSameInAnyOrder() async throws {
        let other = try SQLiteVersionStore(path: folder.file("other.db"))
        try await VersionStoreConformance.seesTheSameInAnyOrder(store, other)
    }

    @Test func remembersTheVersionsSeenLast() async throws {
        try await VersionStoreConformance.remembersTheVersionsSeenLast(store)
    }

    @Test func keepsFailuresApartFromVersions() async throws {
        try await VersionStoreConformance.keepsFailuresApartFromVersions(store)
    }

    @Test func letsNothingFromTheFutureMoveAnything() async throws {
        try await VersionStoreConformance.letsNothingFromTheFutureMoveAnything(store)
    }

    @Test func remembersManyTargets() async throws {
        try await VersionStoreConformance.remembersManyTargets(store)
    }

    @Test func tellsWhatAFindingLeft() async throws {
        try await VersionStoreConformance.tellsWhatAFindingLeft(store)
    }

    @Test func keepsTheLastWordOnEachStandOff() async throws {
        try await VersionStoreConformance.keepsTheLastWordOnEachStandOff(store)
    }

    @Test func keepsNamesAsTheyAre() async throws {
        try await VersionStoreConformance.keepsNamesAsTheyAre(store)
    }

    @Test func tellsOfEachSlipOnce() async throws {
        try await VersionStoreConformance.tellsOfEachSlipOnce(store)
    }

    @Test func judgesWhatIsLiveByAnExpectationThatIsNew() async throws {
        try await VersionStoreConformance.judgesWhatIsLiveByAnExpectationThatIsNew(store)
    }

    @Test func tellsOfNoSlipTwiceByALateObservation() async throws {
        try await VersionStoreConformance.tellsOfNoSlipTwiceByALateObservation(store)
    }

    @Test func knowsNoVersionByItsMetadata() async throws {
        try await VersionStoreConformance.knowsNoVersionByItsMetadata(store)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func agreesWithTheLedger(seed: UInt64) async throws {
        try await VersionStoreConformance.agreesWithTheLedger(seed: seed, store)
    }
}
