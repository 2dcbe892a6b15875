import Testing

@testable import prompterd_bench

struct PunctualityTests {
    /// Found by summing the distribution's terms with fifty digits.
    @Test(arguments: [(0.1, 2), (1.0, 5), (5.0, 13), (50.0, 73), (500.0, 571)])
    func quantileIsThatOfThePoissonDistribution(mean: Double, quantile: Int) {
        #expect(Poisson.quantile(0.999, mean: mean) == quantile)
    }

    /// Two targets each ten seconds: five in a tenth of a second don't come by chance, and one does.
    @Test func windowWithMoreThanChanceBringsIsABurst() {
        let starts = (0..<5).map { ProbeStart(target: $0 % 2, seconds: 3 + Double($0) / 100) }
        let punctuality = Punctuality(
            starts + [ProbeStart(target: 0, seconds: 13)], targets: 2, interval: 10, spread: 10)
        #expect(punctuality.burstShare(from: 3, to: 13.15) == 1.0 / 101)
        #expect(punctuality.burstShare(from: 3.1, to: 13.15) == 0)
    }

    /// A hundred targets within ten seconds, and then each hour: what is usual at first is a burst later.
    @Test func startUpIsMeasuredByItsOwnRate() {
        let starts = (0..<4).map { ProbeStart(target: $0, seconds: 0) }
        let later = starts.map { ProbeStart(target: $0.target, seconds: 20.05) }
        let punctuality = Punctuality(starts + later, targets: 100, interval: 3600, spread: 10)
        #expect(punctuality.burstShare(from: 0, to: 10) == 0)
        #expect(punctuality.burstShare(from: 20, to: 30) == 0.01)
    }
}
