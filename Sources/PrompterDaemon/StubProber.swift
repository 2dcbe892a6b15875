public import PrompterCore

/// The prober that calls nobody: its answers are the Python service layer's own, made up from the model's name.
public struct StubProber: Prober {
    private let pause: Duration

    /// - Parameter pause: how long each probe takes (`PROBE_SLEEP_MS`).
    public init(pause: Duration = .zero) {
        self.pause = pause
    }

    public func probe(
        _ target: Target, timeout: Duration, onNewConnection: Bool
    ) async throws(ProbeFailure) -> ProbeAnswer {
        if pause > .zero {
            do {
                try await Task.sleep(for: min(pause, timeout))
            } catch {
                throw ProbeFailure(.timeout, "the probe was stopped")
            }
            guard pause < timeout else {
                throw ProbeFailure(.timeout, "no answer within \(DurationText.format(timeout))")
            }
        }
        guard let version = target.stubVersion else {
            throw ProbeFailure(.noVersion, "the stub has no version for provider \"\(target.provider.name)\"")
        }
        return ProbeAnswer(version: version, latency: pause)
    }
}

/// Which prober probes a target: the stub where nothing is to be called, else the live one.
public struct Probers: Sendable {
    private let stub: any Prober
    private let live: any Prober

    public init(stub: any Prober, live: any Prober) {
        self.stub = stub
        self.live = live
    }

    func prober(for target: Target) -> any Prober {
        target.provider.isStub ? stub : live
    }
}
