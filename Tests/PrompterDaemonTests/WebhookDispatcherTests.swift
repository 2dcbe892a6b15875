import PrompterCore
import PrompterDaemon
import Testing

@Suite(.timeLimit(.minutes(10))) struct WebhookDispatcherTests {
    private static let webhook = Webhook(url: "https://hooks.example/canary", severity: .info)
    private static let other = Webhook(url: "https://other.example/canary", headerFile: "/h", severity: .info)

    /// What is said of the event `a`.
    private static let line = {
        let target = Target(provider: Provider(name: "p", dialect: .openAI), model: "m").id
        let time = Timestamp(milliseconds: 0)
        return Event(id: "a", target: target, kind: .first, signal: nil, value: "v-a", slot: 1, time: time)
            .text(model: "m")
    }()

    private static func answer(_ status: Int) -> HTTPResponse { HTTPResponse(status: status, headers: [], body: []) }

    private func watchlist(_ webhooks: [Webhook] = [webhook, other]) -> Watchlist {
        let target = Target(provider: Provider(name: "p", dialect: .openAI), model: "m")
        return Watchlist(
            watches: webhooks.enumerated().map { index, webhook in
                let key = Watch.Key(org: "o", workspace: "w", template: "t-\(index)", provider: "p", model: "m")
                return Watch(key: key, target: target, webhook: webhook)
            }, targets: [target])
    }

    /// Starts a dispatcher that knows both webhooks, runs `body` and stops it.
    private func run(_ rig: DispatcherRig, _ body: (WebhookDispatcher) async throws -> Void) async rethrows {
        let dispatcher = rig.dispatcher()
        await dispatcher.learn(watchlist())
        let running = Task { await dispatcher.run() }
        dispatcher.wake()
        try await body(dispatcher)
        await dispatcher.stop(within: .seconds(1))
        await running.value
    }

    @Test func anEventIsDeliveredOnceAndSaidWithoutTheURL() async {
        let rig = DispatcherRig { _, _ in Self.answer(204) }
        rig.add("a", to: Self.webhook)
        await run(rig) { dispatcher in
            var settles = rig.settles.makeAsyncIterator()
            let end = await settles.next()
            #expect(end?.event == "a" && end?.ending == .delivered)
        }
        #expect(rig.sent == 1)
        #expect(rig.lines == ["info: webhook https://hooks.example: delivered: \(Self.line)"])
    }

    @Test func aFailureIsTriedAgainAfterItsPause() async {
        let rig = DispatcherRig { _, number in Self.answer(number < 3 ? 500 : 200) }
        rig.add("a", to: Self.webhook)
        await run(rig) { dispatcher in
            var settles = rig.settles.makeAsyncIterator()
            var pauses = rig.pauses.makeAsyncIterator()
            for pause in [Duration.seconds(5), .seconds(30)] {
                #expect(await settles.next()?.ending == .failed(until: rig.now.wall + pause))
                while await pauses.next() != pause {}
                rig.advance(by: pause)
                rig.endPause(of: pause)
            }
            #expect(await settles.next()?.ending == .delivered)
        }
        #expect(
            rig.lines == [
                "warning: webhook https://hooks.example: HTTP 500; retrying in 5s: \(Self.line)",
                "notice: webhook https://hooks.example: answers again",
                "info: webhook https://hooks.example: delivered: \(Self.line)",
            ])
    }

    @Test func oneThatAsksToBeLeftAloneGetsNothingElseMeanwhile() async {
        let slow = HTTPResponse(status: 429, headers: [HTTPHeader("Retry-After", "60")], body: [])
        let rig = DispatcherRig { request, number in
            request.url == Self.webhook.url && number == 1 ? slow : Self.answer(200)
        }
        rig.add("a", to: Self.webhook)
        rig.add("b", to: Self.webhook)
        await run(rig) { dispatcher in
            var settles = rig.settles.makeAsyncIterator()
            var pauses = rig.pauses.makeAsyncIterator()
            #expect(await settles.next()?.ending == .failed(until: rig.now.wall + .seconds(60)))
            // Asked once more, and for the other webhook.
            while await pauses.next() != .seconds(60) {}
            rig.add("c", to: Self.other)
            dispatcher.wake()
            #expect(await settles.next()?.event == "c")
            #expect(rig.sent == 2)
            rig.advance(by: .seconds(60))
            dispatcher.wake()
            let events = [await settles.next()?.event, await settles.next()?.event]
            #expect(Set(events) == ["a", "b"])
        }
    }

    @Test func whatARefusalEndsIsLoggedWithItsEvent() async {
        let rig = DispatcherRig { _, _ in Self.answer(410) }
        rig.add("a", to: Self.webhook)
        await run(rig) { dispatcher in
            var settles = rig.settles.makeAsyncIterator()
            #expect(await settles.next()?.ending == .givenUp)
        }
        #expect(
            rig.lines == [
                "error: webhook https://hooks.example: HTTP 410; gave up after 1 attempt: \(Self.line)"
            ])
    }

    @Test func oneThatHangsDelaysNoOther() async {
        let rig = DispatcherRig { request, _ in request.url == Self.webhook.url ? nil : Self.answer(200) }
        rig.add("a", to: Self.webhook)
        rig.add("b", to: Self.webhook)
        rig.add("c", to: Self.other)
        rig.add("d", to: Self.other)
        let dispatcher = rig.dispatcher()
        await dispatcher.learn(watchlist())
        let running = Task { await dispatcher.run() }
        dispatcher.wake()
        var settles = rig.settles.makeAsyncIterator()
        #expect(await settles.next()?.event == "c")
        #expect(await settles.next()?.event == "d")
        // One of each webhook at a time: the second of the one that hangs was not sent.
        let stopping = Task { await dispatcher.stop(within: .seconds(7)) }
        var pauses = rig.pauses.makeAsyncIterator()
        while await pauses.next() != .seconds(7) {}
        rig.endPause(of: .seconds(7))
        await stopping.value
        await running.value
        #expect(rig.sent == 3)
        #expect(rig.lines.last?.contains("interrupted; still to be delivered: \(Self.line)") == true)
        // Another dispatcher, as after a restart, delivers both.
        let calm = DispatcherRig(probeGuard: rig.probeGuard) { _, _ in Self.answer(200) }
        calm.add("a", to: Self.webhook)
        calm.add("b", to: Self.webhook)
        await run(calm) { _ in
            var settles = calm.settles.makeAsyncIterator()
            #expect(await settles.next()?.ending == .delivered)
            #expect(await settles.next()?.ending == .delivered)
        }
        #expect(calm.sent == 2)
    }

    @Test func aStoreThatTakesNothingHasNothingSentTwice() async {
        let rig = DispatcherRig { _, _ in Self.answer(200) }
        rig.hold()
        rig.add("a", to: Self.webhook)
        rig.add("b", to: Self.webhook)
        await run(rig) { dispatcher in
            var requests = rig.requests.makeAsyncIterator()
            _ = await requests.next()
            for _ in 0..<5 {
                dispatcher.wake()
                await Task.yield()
            }
            rig.release()
            var settles = rig.settles.makeAsyncIterator()
            #expect(await settles.next()?.event == "a")
            #expect(await settles.next()?.event == "b")
        }
        #expect(rig.sent == 2)
    }

    @Test func aFleetDeliversOnce() async {
        let shared = LocalGuard()
        let first = DispatcherRig(probeGuard: shared) { _, _ in nil }
        let second = DispatcherRig(probeGuard: shared) { _, _ in Self.answer(200) }
        first.add("a", to: Self.webhook)
        second.add("a", to: Self.webhook)
        let dispatcher = first.dispatcher()
        await dispatcher.learn(watchlist())
        let running = Task { await dispatcher.run() }
        dispatcher.wake()
        var requests = first.requests.makeAsyncIterator()
        _ = await requests.next()
        await run(second) { other in
            var settles = second.settles.makeAsyncIterator()
            var pauses = second.pauses.makeAsyncIterator()
            // The first is about it, and then stops: the second takes over.
            #expect(await settles.next()?.ending == .held(until: second.now.wall + .seconds(5)))
            let stopping = Task { await dispatcher.stop(within: .seconds(9)) }
            var stops = first.pauses.makeAsyncIterator()
            while await stops.next() != .seconds(9) {}
            first.endPause(of: .seconds(9))
            await stopping.value
            await running.value
            while await pauses.next() != .seconds(5) {}
            second.advance(by: .seconds(5))
            second.endPause(of: .seconds(5))
            #expect(await settles.next()?.ending == .delivered)
        }
        // A third finds that it has been done.
        let third = DispatcherRig(probeGuard: shared) { _, _ in Self.answer(200) }
        third.add("a", to: Self.webhook)
        await run(third) { _ in
            var settles = third.settles.makeAsyncIterator()
            #expect(await settles.next()?.ending == .delivered)
        }
        #expect(second.sent == 1 && third.sent == 0)
        #expect(third.lines.last?.contains("delivered by another instance") == true)
    }

    @Test func aHeaderFileIsReadForEachAttemptAndNeverShown() async {
        struct Unreadable: Error, CustomStringConvertible { var description: String { "header file /h: missing" } }
        let reads = Locked(0)
        let rig = DispatcherRig(
            headers: { path in
                let number = reads.withLock { reads in
                    reads += 1
                    return reads
                }
                if number == 1 { throw Unreadable() }
                return [HTTPHeader("Authorization", "canary"), HTTPHeader("X-Path", path)]
            }, answer: { _, _ in Self.answer(200) })
        rig.add("a", to: Self.other)
        await run(rig) { dispatcher in
            var settles = rig.settles.makeAsyncIterator()
            #expect(await settles.next()?.ending == .failed(until: rig.now.wall + .seconds(5)))
            rig.advance(by: .seconds(5))
            dispatcher.wake()
            var requests = rig.requests.makeAsyncIterator()
            let request = await requests.next()
            #expect(request?.headers.suffix(2) == [HTTPHeader("Authorization", "canary"), HTTPHeader("X-Path", "/h")])
            #expect(await settles.next()?.ending == .delivered)
        }
        #expect(rig.lines.first?.contains("header file /h: missing") == true)
        #expect(!rig.lines.contains { $0.contains("canary") })
    }

    /// Each attempt is rendered anew from the event.
    @Test func anAttemptIsInTheFormatThatTheWatchlistSaysNow() async throws {
        let rig = DispatcherRig { _, number in Self.answer(number == 1 ? 500 : 200) }
        rig.add("a", to: Self.webhook)
        try await run(rig) { dispatcher in
            var settles = rig.settles.makeAsyncIterator()
            #expect(await settles.next()?.ending == .failed(until: rig.now.wall + .seconds(5)))
            await dispatcher.forgetOthers(
                than: watchlist([Webhook(url: Self.webhook.url, format: .slack, severity: .info)]))
            rig.advance(by: .seconds(5))
            dispatcher.wake()
            #expect(await settles.next()?.ending == .delivered)
            var requests = rig.requests.makeAsyncIterator()
            let sent = [await requests.next(), await requests.next()]
            let roots = try sent.map { try JSONDocument(try #require($0).body).root }
            #expect(roots.map { $0["blocks"] != nil } == [false, true])
            #expect(Set(sent.map { $0?.headers.first { $0.name == "Idempotency-Key" }?.value }) == ["a"])
        }
    }

    @Test func whatAnEarlierWatchlistWantedIsGivenUpAndSaid() async {
        let rig = DispatcherRig { _, _ in Self.answer(200) }
        rig.add("a", to: Webhook(url: "https://gone.example/canary"))
        let dispatcher = rig.dispatcher()
        await dispatcher.learn(watchlist([Webhook(url: "https://gone.example/canary")]))
        await dispatcher.learn(watchlist())
        // Until the store has the new list it may add to the old one's.
        await dispatcher.forgetOthers(than: watchlist())
        let running = Task { await dispatcher.run() }
        var settles = rig.settles.makeAsyncIterator()
        #expect(await settles.next()?.ending == .givenUp)
        await dispatcher.stop(within: .seconds(1))
        await running.value
        #expect(rig.sent == 0)
        #expect(
            rig.lines == [
                "error: webhook of an earlier watchlist: no watch uses this webhook any more; event dropped: \(Self.line)"
            ])
    }

    @Test func finishDeliversAllThatIsDue() async {
        let rig = DispatcherRig { _, _ in Self.answer(200) }
        for number in 0..<40 { rig.add("\(number)", to: number.isMultiple(of: 2) ? Self.webhook : Self.other) }
        let dispatcher = rig.dispatcher()
        await dispatcher.learn(watchlist())
        let running = Task { await dispatcher.run() }
        await dispatcher.finish(within: .seconds(1))
        await running.value
        #expect(rig.sent == 40)
        #expect(await dispatcher.counts.delivered == 40)
        #expect(await dispatcher.counts.pending == 0)
    }
}
