public import ArgumentParser
import Foundation
import LinuxHost
import Logging
import PrompterCore
import PrompterDaemon
import RedisGuarding

/// The options that `run` and `probe` share: option over environment over default.
struct SettingsOptions: ParsableArguments {
    @OptionGroup var watchlist: WatchlistOption
    @OptionGroup var database: DatabaseOption

    @Option(
        help: ArgumentHelp(
            "Redis, shared by instances so that each slot is probed once: redis://[user:password@]host:port/db or unix:///path [REDIS_URL; none].",
            valueName: "url"))
    var redisURL: String?

    @Option(help: "live, or stub to call no provider [PROMPTERD_PROBES; live].")
    var probes: ProbesOption?

    @Option(
        help: ArgumentHelp(
            "Minimum level to log: trace, debug, info, notice, warning, error [PROMPTERD_LOG_LEVEL; info].",
            valueName: "level"))
    var logLevel: LogLevelOption?

    @Option(
        help: ArgumentHelp(
            "text, or json for one object a line on standard error [PROMPTERD_LOG_FORMAT; text].",
            valueName: "format"))
    var logFormat: HostLog.Format?

    enum ProbesOption: String, CaseIterable, ExpressibleByArgument {
        case live, stub
    }

    enum LogLevelOption: String, CaseIterable, ExpressibleByArgument {
        case trace, debug, info, notice, warning, error
    }

    /// Sets up the log.
    ///
    /// - Parameter usual: the least that is logged where nobody says.
    func makeLog(usual: LogLevelOption = .info) throws -> Log {
        let level = try logLevel ?? Self.choice("PROMPTERD_LOG_LEVEL") ?? usual
        HostLog.bootstrap(
            level: Logger.Level(rawValue: level.rawValue) ?? .info,
            format: try logFormat ?? Self.choice("PROMPTERD_LOG_FORMAT") ?? .text, environment: Environment.all)
        return Log(Logger(label: "prompterd"))
    }

    func settings() throws -> Settings {
        let database = database.path
        var settings = Settings(
            watchlist: watchlist.path, database: database,
            textfile: Environment.all["PROMPTERD_TEXTFILE"] ?? Self.textfile(beside: database))
        settings.redis = try redis()
        settings.stubsOnly = try (probes ?? Self.choice("PROMPTERD_PROBES")) == .stub
        let pause = try Self.value("PROBE_SLEEP_MS", expected: "a number from 0 to 3600000") {
            Int64($0).flatMap { (0...3_600_000).contains($0) ? $0 : nil }
        }
        settings.stubPause = .milliseconds(pause ?? 0)
        settings.mayCall = try !(Self.value("PROMPTER_PROBE_DISABLED", expected: "1 or 0", Self.flag) ?? false)
        settings.service = Environment.all["METRICS_SERVICE"] ?? settings.service
        settings.environmentName = Environment.all["METRICS_ENV"] ?? settings.environmentName
        settings.environment = Environment.all
        return settings
    }

    private func redis() throws -> RedisURL? {
        guard let text = redisURL ?? Environment.all["REDIS_URL"] else { return nil }
        do {
            return try RedisURL(text)
        } catch {
            // The URL may hold a password, so that it is not repeated.
            if redisURL != nil { throw ValidationError("--redis-url: \(error)") }
            Console.complain("REDIS_URL: \(error)")
            throw ExitStatus.unusable
        }
    }

    /// `prompterd.prom` in the database's folder.
    private static func textfile(beside database: String) -> String {
        let folder = database.lastIndex(of: "/").map { database[...$0] } ?? ""
        return "\(folder)prompterd.prom"
    }

    private static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "1", "true", "yes", "on": true
        case "0", "false", "no", "off": false
        default: nil
        }
    }

    /// What the variable `name` says; `nil` where it is not set.
    ///
    /// - Throws: the exit status where it says nothing that can be used.
    static func value<Value>(_ name: String, expected: String, _ read: (String) -> Value?) throws -> Value? {
        guard let text = Environment.all[name] else { return nil }
        guard let value = read(text) else { throw ExitStatus.refuse(name, text, expected: expected) }
        return value
    }

    private static func choice<Choice: CaseIterable & RawRepresentable<String>>(_ name: String) throws -> Choice? {
        let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return try value(name, expected: "one of \(choices)") { Choice(rawValue: $0) }
    }
}

extension HostLog.Format: ExpressibleByArgument {}

/// The environment, with an empty variable taken as none.
enum Environment {
    static let all = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
}
