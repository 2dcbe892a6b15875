import LinuxHost
import PrompterCore

/// One attempt at one delivery, and what is said of it.
extension WebhookDispatcher {
    enum Outcome: Sendable {
        /// This instance delivered it.
        case sent
        /// Another did.
        case sentElsewhere
        /// Another is about it.
        case held(until: Timestamp)
        /// It is tried again after `pause`, which the webhook may have asked for.
        case failed(reason: String, until: Timestamp, pause: Duration, isAsked: Bool)
        case givenUp(reason: String)
        /// No webhook of the watchlist has the id.
        case unknown
        /// A stop broke it off: it stays as it was.
        case brokenOff

        /// What the store is told; `nil` for nothing.
        var ending: DeliveryEnding? {
            switch self {
            case .sent, .sentElsewhere: .delivered
            case .held(let time): .held(until: time)
            case .failed(_, let time, _, _): .failed(until: time)
            case .givenUp, .unknown: .givenUp
            case .brokenOff: nil
            }
        }
    }

    /// How soon a delivery that another instance is about is asked for again.
    private static let patience: ClosedRange<Duration> = .milliseconds(100) ... .seconds(5)

    /// The longest that a webhook is left alone after a failure, where it does not ask for more: what comes new is worth a try.
    private static let longestQuiet: Duration = .seconds(30)

    func deliver(_ delivery: Delivery) async -> Outcome {
        guard let webhook = hooks[delivery.hook] else { return .unknown }
        let request = DeliveryLease.request(
            for: delivery, id: .random(in: 1 ... .max), timeout: DeliveryRequest.timeout)
        switch await parts.probeGuard.admit([request], at: parts.clock())[0] {
        case .admitted(let lease):
            let outcome = await send(delivery, to: webhook)
            let now = parts.clock()
            let ending: LeaseOutcome.Ending =
                if case .sent = outcome { DeliveryLease.delivered(at: now.wall) } else { .givenBack }
            await parts.probeGuard.settle([LeaseOutcome(lease, ending)], at: now)
            return outcome
        case .succeeded: return .sentElsewhere
        case .held(let time):
            let pause = min(max(time, Self.patience.lowerBound), Self.patience.upperBound)
            return .held(until: parts.clock().wall + pause)
        case .failed, .vacant:
            // No prompterd leaves a delivery so, and rather twice than never.
            return await send(delivery, to: webhook)
        }
    }

    private func send(_ delivery: Delivery, to webhook: Webhook) async -> Outcome {
        let answer: DeliveryAnswer
        let reason: String
        do {
            let secrets = try await parts.secrets(webhook)
            let request = DeliveryRequest(delivery, service: parts.service, environment: parts.environment)
            let response = try await parts.send(
                request.request(to: webhook, with: secrets, at: parts.clock().wall))
            answer = DeliveryAnswer(response)
            reason = "HTTP \(response.status)"
        } catch {
            if Task.isCancelled { return .brokenOff }
            answer = .failed(retryAfter: nil)
            reason = "\(error)"
        }
        let now = parts.clock().wall
        switch answer.ending(attempts: delivery.attempts, at: now) {
        case .delivered: return .sent
        case .failed(let time):
            let isAsked = if case .failed(retryAfter: .some) = answer { true } else { false }
            return .failed(reason: reason, until: time, pause: time - now, isAsked: isAsked)
        case .held(let time): return .held(until: time)
        case .givenUp: return .givenUp(reason: reason)
        }
    }

    /// Leaves a webhook that failed alone, from its answer on and however long the store takes to be told.
    func quieten(_ hook: [UInt8], after outcome: Outcome) {
        guard case .failed(_, _, let pause, let isAsked) = outcome else { return }
        quiet[hook] = parts.clock().uptime + (isAsked ? pause : min(pause, Self.longestQuiet))
    }

    /// One line when a webhook begins to fail and one when it answers again; one for each event that is delivered or given up.
    /// Of its URL none shows more than scheme and host.
    func tell(_ outcome: Outcome, of delivery: Delivery) {
        let name = "webhook \(hooks[delivery.hook].map { $0.origin.description } ?? "of an earlier watchlist")"
        let subject = LogLine.Subject(
            provider: delivery.provider, model: delivery.model, outcome: delivery.event.kind.rawValue,
            templates: LogLine.Subject.templates(of: delivery.watches))
        func say(_ level: LogLine.Level, _ condition: MessageKind.Condition, _ text: String) {
            parts.log.log(LogLine(level, .condition(condition), "\(name): \(text)", about: subject))
        }
        switch outcome {
        case .sent:
            counts.delivered += 1
            if failing.remove(delivery.hook) != nil { say(.notice, .webhookRecovered, "answers again") }
            say(.info, .webhookDelivery, "delivered: \(delivery.line)")
        case .sentElsewhere: say(.info, .webhookDelivery, "delivered by another instance: \(delivery.line)")
        case .held: say(.debug, .webhookDelivery, "another instance is delivering it: \(delivery.line)")
        case .failed(let reason, _, let pause, _):
            counts.failed += 1
            let isNews = failing.insert(delivery.hook).inserted
            let text = "\(SafeText(reason)); retrying in \(DurationText.format(pause)): \(delivery.line)"
            say(isNews ? .warning : .debug, .webhookFailing, text)
        case .givenUp(let reason):
            counts.givenUp += 1
            failing.insert(delivery.hook)
            let attempts = CountText.format(delivery.attempts + 1, "attempt", "attempts")
            say(.error, .webhookGivenUp, "\(SafeText(reason)); gave up after \(attempts): \(delivery.line)")
        case .unknown:
            counts.givenUp += 1
            say(.error, .webhookGivenUp, "no watch uses this webhook any more; event dropped: \(delivery.line)")
        case .brokenOff: say(.info, .webhookDelivery, "interrupted; still to be delivered: \(delivery.line)")
        }
    }
}
