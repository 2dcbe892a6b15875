/// What a log line reports. Each kind has an id in the journal, under which `deploy/journal/prompterd.catalog` explains it.
///
/// The id is derived from the name: a kind that is renamed is another kind.
public enum MessageKind: Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// A target's probes fail, or those of a whole provider.
    case failure(FailureClass)
    /// Something became known about a target's versions.
    case event(Event.Kind)
    case condition(Condition)

    /// Any other state of the daemon, or of what it depends on, that begins or ends. The raw value is its name.
    public enum Condition: String, Hashable, Sendable, CaseIterable {
        // The daemon's life.
        case started, stopped
        case startRefused = "start_refused"
        case probesDisabled = "probes_disabled"
        case roundFailed = "round_failed"
        case schedulerStalled = "scheduler_stalled"
        case clockSetBack = "clock_set_back"
        case seriesLimited = "series_limited"
        case linesDropped = "lines_dropped"
        /// Only for debugging.
        case detail

        // The watchlist and the files that it names.
        case watchlistReloaded = "watchlist_reloaded"
        case watchlistRefused = "watchlist_refused"
        case fallbackUnsaved = "fallback_unsaved"
        case fallbackSaved = "fallback_saved"
        case editsUnnoticed = "edits_unnoticed"
        case credentialMissing = "credential_missing"
        case credentialKept = "credential_kept"
        case credentialDoubtful = "credential_doubtful"
        case credentialRead = "credential_read"
        case webhookFileDoubtful = "webhook_file_doubtful"
        case webhookFileUnusable = "webhook_file_unusable"
        case authorityFileUnusable = "ca_file_unusable"

        // Calls.
        case providerPaused = "provider_paused"
        case providerResumed = "provider_resumed"
        case targetPaused = "target_paused"
        case targetRecovered = "target_recovered"
        case lookupFailing = "lookup_failing"
        case lookupRecovered = "lookup_recovered"

        // The database.
        case storeFailing = "store_failing"
        case storeRecovered = "store_recovered"
        case storeFull = "store_full"
        case databaseInUse = "database_in_use"
        case databaseUnavailable = "database_unavailable"
        case databaseDamaged = "database_damaged"
        case databaseReplaced = "database_replaced"
        case databaseIncomplete = "database_incomplete"
        case unrecorded

        // Everything else around the daemon.
        case redisDown = "redis_down"
        case redisUp = "redis_up"
        case textfileFailing = "textfile_failing"
        case textfileRecovered = "textfile_recovered"
        case webhookFailing = "webhook_failing"
        case webhookRecovered = "webhook_recovered"
        case webhookDelivery = "webhook_delivery"
        case webhookGivenUp = "webhook_given_up"
        case apiListening = "api_listening"
        case apiFailing = "api_failing"
    }

    public static var allCases: [MessageKind] {
        FailureClass.allCases.map(failure) + Event.Kind.allCases.map(event) + Condition.allCases.map(condition)
    }

    /// `failure_timeout`, `event_replaced`, `store_failing`.
    public var description: String {
        switch self {
        case .failure(let failure): "failure_\(failure.rawValue)"
        case .event(let event): "event_\(event.rawValue)"
        case .condition(let condition): condition.rawValue
        }
    }

    /// 32 hexadecimal digits, the journal's `MESSAGE_ID`: a UUID of version 8 that is derived from the name with SHA-256
    /// (RFC 9562, section 5.8 and appendix B.2).
    public var id: String {
        var bytes = SHA256.digest("prompterd message \(self)".utf8)
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return Hexadecimal.encode(bytes.prefix(16))
    }
}
