public import PrompterCore

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
