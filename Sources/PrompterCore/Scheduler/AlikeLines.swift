/// Keeps an outage from being a line a target: of lines that tell the same of targets of one provider the first few are told at
/// once, and the others by their number, after a quarter of a minute and then ever more rarely.
struct AlikeLines: Sendable {
    private struct Key: Hashable {
        var provider: String
        var kind: String
    }

    private struct Gathering {
        var told = 0
        var held = 0
        var last: LogLine
        /// When the last came.
        var time: Uptime
        /// When what is held is told, and how long after that what comes then is.
        var end: Uptime
        var pause: Duration = shortestPause

        func isForgotten(at uptime: Uptime) -> Bool { held == 0 && time + quiet <= uptime }
    }

    /// As many are told at once.
    private static let mostTold = 3
    private static let shortestPause: Duration = .seconds(15)
    /// What comes after so long a silence is no part of what was told before.
    private static let quiet: Duration = .seconds(120)
    private static let longestPause: Duration = .seconds(3600)

    private var gatherings: [Key: Gathering] = [:]

    /// - Parameter kind: what lines that say the same have in common.
    /// - Returns: `line`, for debugging alone where it will be counted.
    mutating func take(_ line: LogLine, kind: String, at uptime: Uptime) -> LogLine {
        guard let subject = line.subject, line.level != .debug, line.level != .info else { return line }
        let key = Key(provider: subject.provider, kind: kind)
        var gathering = gatherings[key] ?? Gathering(last: line, time: uptime, end: uptime)
        if gathering.isForgotten(at: uptime) { gathering = Gathering(last: line, time: uptime, end: uptime) }
        defer { gatherings[key] = gathering }
        gathering.time = uptime
        gathering.last = line
        guard gathering.told == Self.mostTold else {
            gathering.told += 1
            return line
        }
        if gathering.held == 0 { gathering.end = max(gathering.end, uptime + Self.shortestPause) }
        gathering.held += 1
        var line = line
        line.level = .debug
        return line
    }

    /// Takes out what is to be told by its number now, in the order of the providers' names.
    ///
    /// - Parameter uptime: `nil` for the last time.
    mutating func flush(at uptime: Uptime?) -> [LogLine] {
        if let uptime { gatherings = gatherings.filter { !$0.value.isForgotten(at: uptime) } }
        let due = gatherings.filter { gathering in
            gathering.value.held > 0 && uptime.map { $0 >= gathering.value.end } ?? true
        }
        return due.sorted { ($0.key.provider, $0.key.kind) < ($1.key.provider, $1.key.kind) }.map {
            key, gathering in
            let pause = min(gathering.pause * 4, Self.longestPause)
            gatherings[key]?.held = 0
            gatherings[key]?.pause = pause
            gatherings[key]?.end = gathering.end + pause
            var line = gathering.last
            if gathering.held > 1 {
                line.text = "\(key.provider): the same for \(gathering.held) more targets; the last: \(line.text)"
            }
            return line
        }
    }
}
