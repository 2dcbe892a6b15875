/// What can be asked for.
enum Route: Hashable, Sendable {
    case ensureVersion(template: String)
    case metrics
    case health
    case readiness
    case reload

    /// - Returns: `nil` where nothing is at `path`.
    init?(path: [String]) {
        switch path {
        case ["metrics"]: self = .metrics
        case ["healthz"], ["-", "healthy"]: self = .health
        case ["readyz"], ["-", "ready"]: self = .readiness
        case ["-", "reload"]: self = .reload
        default:
            // The service layer's router is mounted under a prefix, or under none.
            guard path.last == "ensure-version",
                path.count == 2
                    || path.count == 4 && ["api/prompt-templates", "v1/templates"].contains("\(path[0])/\(path[1])")
            else { return nil }
            self = .ensureVersion(template: path[path.count - 2])
        }
    }

    /// The methods that it takes.
    var methods: [String] {
        switch self {
        case .ensureVersion, .reload: ["POST"]
        case .metrics, .health, .readiness: ["GET", "HEAD"]
        }
    }
}
