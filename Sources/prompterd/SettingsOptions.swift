import ArgumentParser
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

    @Option(help: "live, or stub to call nobody [PROMPTERD_PROBES; live].")
    var probes: ProbesOption?

    @Option(
        help: ArgumentHelp(
            "The least that is logged: trace, debug, info, notice, warning, error [PROMPTERD_LOG_LEVEL; info].",
            valueName: "level"))
    var logLevel: LogLevelOption?

    enum ProbesOption: String, ExpressibleByArgument {
        case live, stub
    }

    enum LogLevelOption: String, ExpressibleByArgument {
        case trace, debug, info, notice, warning, error
    }

    /// Sets up the log.
    ///
    /// - Parameter usual: the least that is logged where nobody says.
    func makeLog(usual: LogLevelOption = .info) throws -> Logger {
        let level = try logLevel ?? Self.value("PROMPTERD_LOG_LEVEL", LogLevelOption.init) ?? usual
        HostLog.bootstrap(level: Logger.Level(rawValue: level.rawValue) ?? .info, environment: Environment.all)
        return Logger(label: "prompterd")
    }

    func settings() throws -> Settings {
        let database = database.path
        var settings = Settings(
            watchlist: watchlist.path, database: database,
            textfile: Environment.all["PROMPTERD_TEXTFILE"] ?? Self.textfile(beside: database))
        if let text = redisURL ?? Environment.all["REDIS_URL"] {
            do {
                settings.redis = try RedisURL(text)
            } catch {
                throw ValidationError("\(error)")
            }
        }
        settings.stubsOnly = try (probes ?? Self.value("PROMPTERD_PROBES", ProbesOption.init)) == .stub
        let pause = try Self.value("PROBE_SLEEP_MS") { Int64($0).flatMap { (0...3_600_000).contains($0) ? $0 : nil } }
        settings.stubPause = .milliseconds(pause ?? 0)
        settings.mayCall = try !(Self.value("PROMPTER_PROBE_DISABLED", Self.flag) ?? false)
        settings.service = Environment.all["METRICS_SERVICE"] ?? settings.service
        settings.environmentName = Environment.all["METRICS_ENV"] ?? settings.environmentName
        settings.environment = Environment.all
        return settings
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
    static func value<Value>(_ name: String, _ read: (String) -> Value?) throws -> Value? {
        guard let text = Environment.all[name] else { return nil }
        guard let value = read(text) else {
            throw ValidationError("\(name)=\(SafeText(text)): no such value; see --help")
        }
        return value
    }
}
