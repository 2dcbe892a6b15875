/// The labels that stand on every metric of a daemon. Two daemons with the same ones write the same series.
public struct SeriesLabels: Hashable, Sendable {
    private let service: String
    private let environment: String

    public init(service: String, environment: String) {
        self.service = service
        self.environment = environment
    }

    var all: [(name: String, value: String)] { [("service", service), ("env", environment)] }

    /// Whether a daemon with these labels wrote `text`.
    public func areThose(of text: [UInt8]) -> Bool {
        var example = Exposition(labels: all)
        example.gauge("prompter_up", "", 1)
        guard let start = example.bytes.split(separator: 0x0A).last?.dropLast() else { return false }
        return text.split(separator: 0x0A).contains { $0.starts(with: start) }
    }
}
