import Testing

@testable import PrompterCore

struct TokenBucketTests {
    /// The times of all calls that begin in two minutes where one is always wanted and looked for every millisecond.
    private func calls(_ requestsPerMinute: Int, from start: Uptime) -> [Uptime] {
        var bucket = TokenBucket(requestsPerMinute: requestsPerMinute)
        var calls: [Uptime] = []
        for milliseconds in 0..<120_000 {
            let time = start + .milliseconds(milliseconds)
            while bucket.take(at: time) { calls.append(time) }
        }
        return calls
    }

    @Test(arguments: [1, 2, 3, 59, 60, 61, 239, 240, 1200, 7001, 100_000])
    func noMinuteSeesMoreAndNoneIsWasted(_ requestsPerMinute: Int) {
        let calls = calls(requestsPerMinute, from: .seconds(77))
        var (first, most) = (0, 0)
        for (last, time) in calls.enumerated() {
            while calls[first] <= time - .seconds(60) { first += 1 }
            most = max(most, last - first + 1)
        }
        #expect(most <= requestsPerMinute)
        #expect(calls.count >= 2 * requestsPerMinute * 98 / 100 - 2)
    }

    /// Whether there was a token at each of `times`, in milliseconds.
    private func take(from bucket: inout TokenBucket, at times: Int...) -> [Bool] {
        times.map { bucket.take(at: .milliseconds($0)) }
    }

    @Test func aRestIsNotSavedUp() {
        var bucket = TokenBucket(requestsPerMinute: 60)
        let taken = take(from: &bucket, at: 10_000, 10_000, 10_999, 1_000_000, 1_000_000)
        #expect(taken == [true, false, false, true, false])
        #expect(bucket.next > .seconds(1000) && bucket.next <= .milliseconds(1_001_001))
    }

    @Test func whatWasNotUsedIsThereAgain() {
        var bucket = TokenBucket(requestsPerMinute: 1)
        let first = take(from: &bucket, at: 10_000)
        bucket.putBack()
        let second = take(from: &bucket, at: 10_000, 69_000)
        #expect(first == [true] && second == [true, false])
    }

    @Test func anotherSizeForgetsNothing() {
        var bucket = TokenBucket(requestsPerMinute: 1)
        _ = bucket.take(at: .seconds(10))
        var wider = bucket.resized(requestsPerMinute: 60_000)
        let taken = take(from: &wider, at: 69_000, 71_000)
        #expect(taken == [false, true])
    }
}
