import ConformanceSuites
import PrompterCore
import Testing

struct MemoryVersionStoreTests {
    @Test func remembersTheVersionsSeenLast() async throws {
        try await VersionStoreConformance.remembersTheVersionsSeenLast(MemoryVersionStore())
    }

    @Test func tellsOfAModelThatIsGone() async throws {
        try await VersionStoreConformance.tellsOfAModelThatIsGone(MemoryVersionStore())
    }

    @Test func keepsWhyTheLookupFails() async throws {
        try await VersionStoreConformance.keepsWhyTheLookupFails(MemoryVersionStore())
    }

    @Test func learnsHowOftenATargetIsRefused() async throws {
        try await VersionStoreConformance.learnsHowOftenATargetIsRefused(MemoryVersionStore())
    }

    @Test func tellsOfATargetThatIsRefused() async throws {
        try await VersionStoreConformance.tellsOfATargetThatIsRefused(MemoryVersionStore())
    }

    @Test func tellsWhyATargetIsRefused() async throws {
        try await VersionStoreConformance.tellsWhyATargetIsRefused(MemoryVersionStore())
    }

    @Test func correctsWhatALateObservationRefutes() async throws {
        try await VersionStoreConformance.correctsWhatALateObservationRefutes(MemoryVersionStore())
    }

    @Test func tellsEventsOnce() async throws {
        try await VersionStoreConformance.tellsEventsOnce(MemoryVersionStore())
    }

    @Test func knowsAnObservationByTimeAndID() async throws {
        try await VersionStoreConformance.knowsAnObservationByTimeAndID(MemoryVersionStore())
    }

    @Test func tellsAnyTwoIDsApart() async throws {
        try await VersionStoreConformance.tellsAnyTwoIDsApart(MemoryVersionStore())
    }

    @Test func seesTheSameInAnyOrder() async throws {
        try await VersionStoreConformance.seesTheSameInAnyOrder(MemoryVersionStore(), MemoryVersionStore())
    }

    @Test func keepsFailuresApartFromVersions() async throws {
        try await VersionStoreConformance.keepsFailuresApartFromVersions(MemoryVersionStore())
    }

    @Test func letsNothingFromTheFutureMoveAnything() async throws {
        try await VersionStoreConformance.letsNothingFromTheFutureMoveAnything(MemoryVersionStore())
    }

    @Test func remembersManyTargets() async throws {
        try await VersionStoreConformance.remembersManyTargets(MemoryVersionStore())
    }

    @Test func tellsWhatAFindingLeft() async throws {
        try await VersionStoreConformance.tellsWhatAFindingLeft(MemoryVersionStore())
    }

    @Test func keepsTheLastWordOnEachStandOff() async throws {
        try await VersionStoreConformance.keepsTheLastWordOnEachStandOff(MemoryVersionStore())
    }

    @Test func keepsNamesAsTheyAre() async throws {
        try await VersionStoreConformance.keepsNamesAsTheyAre(MemoryVersionStore())
    }

    @Test func tellsOfEachSlipOnce() async throws {
        try await VersionStoreConformance.tellsOfEachSlipOnce(MemoryVersionStore())
    }

    @Test func judgesWhatIsLiveByAnExpectationThatIsNew() async throws {
        try await VersionStoreConformance.judgesWhatIsLiveByAnExpectationThatIsNew(MemoryVersionStore())
    }

    @Test func tellsOfNoSlipTwiceByALateObservation() async throws {
        try await VersionStoreConformance.tellsOfNoSlipTwiceByALateObservation(MemoryVersionStore())
    }

    @Test func knowsNoVersionByItsMetadata() async throws {
        try await VersionStoreConformance.knowsNoVersionByItsMetadata(MemoryVersionStore())
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func agreesWithTheLedger(seed: UInt64) async throws {
        try await VersionStoreConformance.agreesWithTheLedger(seed: seed, MemoryVersionStore())
    }
}
