import LinuxHost
public import PrompterCore

/// Looks at everything that usually goes wrong with a daemon, from outside and whether or not it runs. It changes nothing, and makes
/// no call that costs anything.
public struct Checkup: Sendable {
    /// How long one thing is looked at. What is waited for inside has shorter limits, and better words.
    private static let patience: Duration = .seconds(8)
    private static let unitName = "prompterd.service"

    private let settings: Settings
    private let threads: FileThreads

    /// - Parameter settings: the daemon's.
    public init(_ settings: Settings) {
        self.settings = settings
        threads = FileThreads(patience: .seconds(5))
    }

    /// Looks at all of it at once.
    ///
    /// - Returns: in the order in which one would look: what is set first, then what it needs, then what comes of it.
    public func run() async -> [Diagnosis] {
        let holder = try? await threads.run(on: settings.database) { path in LockHolder(of: path) }
        let isRunning: Bool? =
            switch holder ?? .unknown {
            case .nobody: false
            case .process: true
            case .unknown: nil
            }
        let look = await WatchlistLook(settings, isRunning: isRunning, on: threads)
        let watchlist = look.usable
        async let credentials = Self.limited(.credential) {
            await CredentialLook(settings, watchlist, isRunning: isRunning, threads).diagnoses()
        }
        async let providers = Self.limited(.provider) { await ProviderLook(settings, watchlist, threads).diagnoses() }
        async let redis = Self.limited(.redis) { [await RedisLook.diagnosis(settings.redis)] }
        async let database = Self.limited(.database) {
            [await DatabaseLook.diagnosis(settings.database, of: holder, threads)]
        }
        async let textfile = Self.limited(.textfile) {
            [await TextfileLook(settings, threads).diagnosis(isRunning: isRunning, taken: look.taken)]
        }
        async let series = Self.limited(.series) { [await TextfileLook(settings, threads).others()] }
        async let unit = Self.limited(.unit) { [await Self.unit()] }
        async let api = Self.limited(.api) { [await APILook.diagnosis(settings.listen)] }
        let parts: [[Diagnosis]] = await [
            [look.diagnosis], credentials, providers, redis, database, [daemon(holder)], textfile, series, unit, api,
        ]
        return Array(parts.joined())
    }

    private func daemon(_ holder: LockHolder?) -> Diagnosis {
        switch holder ?? .unknown {
        case .process(let number): Diagnosis(.daemon, .fine, "process \(number) runs with this database")
        case .nobody:
            Diagnosis(
                .daemon, .trouble,
                "no `prompterd run` uses \(settings.database); start it (systemctl start prompterd), or correct the path (--database)"
            )
        case .unknown: Diagnosis(.daemon, .skipped, "this user can't see whether one runs")
        }
    }

    private static func unit() async -> Diagnosis {
        do {
            return try await SystemdUnit.state(of: unitName).diagnosis
        } catch {
            return Diagnosis(.unit, .skipped, "\(error)")
        }
    }

    private static func limited(
        _ check: Diagnosis.Check, _ look: @escaping @Sendable () async -> [Diagnosis]
    ) async -> [Diagnosis] {
        let diagnoses = try? await Gate.result(within: patience, of: look)
        return diagnoses
            ?? [Diagnosis(check, .trouble, "no answer within \(DurationText.brief(patience)); is what it needs hung?")]
    }
}
