import GRDB

/// The tables, and how each version of them becomes the next. A migration that was released never changes.
///
/// All times are whole milliseconds since 1970-01-01T00:00:00Z. Rows of `targets` and `versions` are never deleted, so no
/// foreign key is enforced: that would cost each observation two more searches.
enum Schema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1-versions") { try $0.execute(sql: versions + promptVersions) }
        migrator.registerMigration("2-signals") { try $0.execute(sql: signals + promptVersions) }
        migrator.registerMigration("3-identity") { try $0.execute(sql: identity + promptVersions) }
        migrator.registerMigration("5-standoffs") { try $0.execute(sql: standOffs) }
        migrator.registerMigration("6-intervals") { try $0.execute(sql: intervals + view(interval: bindingInterval)) }
        migrator.registerMigration("7-lookups") { try $0.execute(sql: lookups) }
        migrator.registerMigration("8-refusals") { try $0.execute(sql: refusals) }
        migrator.registerMigration("9-not-before") { try $0.execute(sql: notBefore) }
        migrator.registerMigration("10-version-ids") { try VersionIDs.migrate($0) }
        return migrator
    }()

    /// What a file of ours says in its header that it is: "prmp" (https://www.sqlite.org/fileformat.html#application_id).
    static let applicationID: [UInt8] = Array("prmp".utf8)

    private static let versions = """
        PRAGMA application_id = 0x70726D70;

        CREATE TABLE targets (
            id INTEGER PRIMARY KEY,
            identity BLOB NOT NULL UNIQUE,
            provider TEXT,
            dialect TEXT,
            base_url TEXT,
            model TEXT,
            kind TEXT,
            interval_ms INTEGER,
            created_at INTEGER NOT NULL,
            last_attempt_at INTEGER,
            last_success_at INTEGER,
            failure_class TEXT,
            failures INTEGER NOT NULL DEFAULT 0,
            not_before INTEGER
        ) STRICT;

        -- A version without sightings is known from suspect observations alone: it counts as unknown.
        CREATE TABLE versions (
            id INTEGER PRIMARY KEY,
            target_id INTEGER NOT NULL,
            resolved_model TEXT NOT NULL DEFAULT '',
            provider_version_key TEXT NOT NULL,
            fingerprint TEXT,
            source TEXT NOT NULL CHECK (source IN ('live', 'stub')),
            fingerprint_captured_at INTEGER,
            first_seen_at INTEGER,
            last_seen_at INTEGER,
            sightings INTEGER NOT NULL DEFAULT 0,
            UNIQUE (target_id, resolved_model, provider_version_key)
        ) STRICT;

        -- Clustered by target and time: a probe touches one page, and so does the question what served a target when.
        CREATE TABLE observations (
            target_id INTEGER NOT NULL,
            observed_at INTEGER NOT NULL,
            id INTEGER NOT NULL,
            version_id INTEGER NOT NULL,
            slot INTEGER NOT NULL,
            latency_us INTEGER NOT NULL,
            input_tokens INTEGER,
            output_tokens INTEGER,
            suspect INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (target_id, observed_at, id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE bindings (
            id INTEGER PRIMARY KEY,
            org TEXT NOT NULL,
            workspace TEXT NOT NULL,
            template TEXT NOT NULL,
            provider TEXT NOT NULL,
            model TEXT NOT NULL,
            target_id INTEGER NOT NULL,
            valid_from INTEGER NOT NULL,
            valid_until INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX open_bindings ON bindings (org, workspace, template, provider, model)
            WHERE valid_until IS NULL;

        CREATE TABLE events (
            id TEXT PRIMARY KEY NOT NULL,
            target_id INTEGER NOT NULL,
            kind TEXT NOT NULL,
            version_id INTEGER NOT NULL,
            slot INTEGER NOT NULL,
            happened_at INTEGER NOT NULL,
            recorded_at INTEGER NOT NULL
        ) STRICT;
        """

    private static let signals = """
        -- The life of the target's signals as the core encodes it, decided from the observations alone; where there is none
        -- it is made from them anew. Observations before pruned_at are tallies.
        ALTER TABLE targets ADD COLUMN life BLOB;
        ALTER TABLE targets ADD COLUMN is_not_found INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE targets ADD COLUMN learned TEXT;
        ALTER TABLE targets ADD COLUMN pruned_at INTEGER;

        DROP VIEW prompt_versions;
        ALTER TABLE versions RENAME TO versions_1;
        CREATE TABLE versions (
            id INTEGER PRIMARY KEY,
            target_id INTEGER NOT NULL,
            resolved_model TEXT NOT NULL DEFAULT '',
            provider_version_key TEXT NOT NULL,
            fingerprint TEXT,
            digest TEXT NOT NULL DEFAULT '',
            metadata TEXT NOT NULL DEFAULT '',
            source TEXT NOT NULL CHECK (source IN ('live', 'stub', 'import')),
            fingerprint_captured_at INTEGER,
            first_seen_at INTEGER,
            last_seen_at INTEGER,
            sightings INTEGER NOT NULL DEFAULT 0,
            UNIQUE (target_id, resolved_model, provider_version_key, digest, metadata)
        ) STRICT;
        INSERT INTO versions (
            id, target_id, resolved_model, provider_version_key, fingerprint, source, fingerprint_captured_at,
            first_seen_at, last_seen_at, sightings)
        SELECT
            id, target_id, resolved_model, provider_version_key, fingerprint, source, fingerprint_captured_at,
            first_seen_at, last_seen_at, sightings
        FROM versions_1;

        -- What a probe of its kind shows (1 model, 2 fingerprint, 4 digest, 8 metadata), whether or not this one did.
        ALTER TABLE observations ADD COLUMN shows INTEGER NOT NULL DEFAULT 3;
        ALTER TABLE observations ADD COLUMN is_confirmation INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE observations ADD COLUMN retirement_at INTEGER;

        -- A life as it was after an observation, each so many of them, so that one that came late need not tell all anew.
        CREATE TABLE checkpoints (
            target_id INTEGER NOT NULL,
            observed_at INTEGER NOT NULL,
            id INTEGER NOT NULL,
            life BLOB NOT NULL,
            PRIMARY KEY (target_id, observed_at, id)
        ) STRICT, WITHOUT ROWID;

        -- Observations that were pruned: a version's first, last and number in a day (of 86,400,000 ms since 1970).
        CREATE TABLE tallies (
            target_id INTEGER NOT NULL,
            day INTEGER NOT NULL,
            version_id INTEGER NOT NULL,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            sightings INTEGER NOT NULL,
            PRIMARY KEY (target_id, day, version_id)
        ) STRICT, WITHOUT ROWID;

        -- expect: the patterns, a JSON array. hook: the SHA-256 of the webhook's URL, which is often a secret.
        ALTER TABLE bindings ADD COLUMN expect TEXT;
        ALTER TABLE bindings ADD COLUMN hook BLOB;
        ALTER TABLE bindings ADD COLUMN hook_severity TEXT;
        CREATE INDEX bindings_by_target ON bindings (target_id);
        CREATE INDEX expectations ON bindings (target_id) WHERE valid_until IS NULL AND expect IS NOT NULL;

        ALTER TABLE events RENAME TO events_1;
        CREATE TABLE events (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            target_id INTEGER NOT NULL,
            kind TEXT NOT NULL,
            signal TEXT,
            value TEXT NOT NULL,
            watch TEXT,
            slot INTEGER NOT NULL,
            happened_at INTEGER NOT NULL,
            observation_id INTEGER NOT NULL DEFAULT 0,
            recorded_at INTEGER NOT NULL,
            is_confirmed INTEGER,
            previous TEXT NOT NULL DEFAULT '[]',
            previous_since INTEGER,
            evidence TEXT NOT NULL DEFAULT '[]',
            -- Where it stands among the observations now: one that came late may have moved it.
            place_at INTEGER NOT NULL,
            place_id INTEGER NOT NULL
        ) STRICT;
        INSERT INTO events (id, target_id, kind, value, slot, happened_at, recorded_at, place_at, place_id)
        SELECT
            events_1.id, events_1.target_id, kind, provider_version_key, slot, happened_at, recorded_at, happened_at, 0
        FROM events_1 JOIN versions ON versions.id = version_id ORDER BY recorded_at;
        DROP TABLE events_1;
        DROP TABLE versions_1;
        CREATE INDEX events_by_target ON events (target_id, place_at);
        CREATE INDEX events_by_time ON events (happened_at);

        -- Until when somebody is not to be called, also after a restart: a provider, where the target is empty, or a target.
        CREATE TABLE suspensions (
            provider TEXT NOT NULL,
            target BLOB NOT NULL,
            cause TEXT NOT NULL,
            not_before INTEGER NOT NULL,
            repetitions INTEGER NOT NULL,
            PRIMARY KEY (provider, target, cause)
        ) STRICT, WITHOUT ROWID;

        -- What is yet to be told to a webhook, and what was. next_at is NULL where nothing more is to be done.
        CREATE TABLE deliveries (
            event_id TEXT NOT NULL,
            hook BLOB NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            next_at INTEGER,
            delivered_at INTEGER,
            PRIMARY KEY (event_id, hook)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX pending_deliveries ON deliveries (next_at) WHERE next_at IS NOT NULL;

        """

    private static let standOffs = """
        -- How the target was last refused, in how many slots in a row, in which last, and whether that was told.
        ALTER TABLE targets ADD COLUMN refusal TEXT;
        ALTER TABLE targets ADD COLUMN refused_slots INTEGER;
        ALTER TABLE targets ADD COLUMN refused_slot INTEGER;
        ALTER TABLE targets ADD COLUMN is_refused INTEGER NOT NULL DEFAULT 0;

        -- What was suspended for reasons that no longer hold is found anew by one probe.
        DROP TABLE suspensions;
        -- Who is not called before ends_at: a provider, where the target is empty, or a target.
        CREATE TABLE stand_offs (
            provider TEXT NOT NULL,
            target BLOB NOT NULL,
            cause TEXT NOT NULL,
            ends_at INTEGER NOT NULL,
            repetitions INTEGER NOT NULL,
            PRIMARY KEY (provider, target)
        ) STRICT, WITHOUT ROWID;
        """

    private static let intervals = """
        -- At which interval the target was probed then. What it was before this was kept is taken to be what it is now.
        ALTER TABLE bindings ADD COLUMN interval_ms INTEGER;
        UPDATE bindings SET interval_ms = (SELECT interval_ms FROM targets WHERE id = target_id);
        CREATE INDEX bindings_by_watch ON bindings (org, workspace, template, provider, model);

        -- No two sightings that follow one another are further apart; NULL where that is not known.
        ALTER TABLE tallies ADD COLUMN longest_gap_ms INTEGER;

        CREATE INDEX versions_by_time ON versions (target_id, last_seen_at) WHERE sightings > 0;

        DROP VIEW prompt_versions;

        """

    private static let lookups = """
        -- Why the lookup beside the last completion told nothing; NULL where it did, or none is made.
        ALTER TABLE targets ADD COLUMN lookup_failure TEXT;
        """

    private static let refusals = """
        -- Slots that were answered; those that were refused in runs that have ended, and how many runs. NULL where there are none.
        ALTER TABLE targets ADD COLUMN answers_before INTEGER;
        ALTER TABLE targets ADD COLUMN refusals_before INTEGER;
        ALTER TABLE targets ADD COLUMN refused_runs_before INTEGER;
        -- Refusals count however they are worded.
        ALTER TABLE targets DROP COLUMN refusal;
        """

    private static let notBefore = """
        -- Who is left alone, and until when, stands in stand_offs.
        ALTER TABLE targets DROP COLUMN not_before;
        """

    private static let bindingInterval = "bindings.interval_ms, targets.interval_ms"
    private static let promptVersions = view(interval: "targets.interval_ms")

    private static func view(interval: String) -> String {
        """

        -- The service layer's table, for whoever knew it; its times are texts as SQLAlchemy's DateTime writes them. A version
        -- is a watch's where its sightings overlap a binding. What served the slot in which the watch was bound counts: it
        -- was seen at most one interval and a half before.
        CREATE VIEW prompt_versions AS
        SELECT
            org AS org_id,
            workspace AS workspace_id,
            template AS template_id,
            provider,
            model AS model_id,
            provider_version_key,
            strftime('%Y-%m-%d %H:%M:%f', min(fingerprint_captured_at) / 1000.0, 'unixepoch') || '000'
                AS fingerprint_captured_at,
            strftime('%Y-%m-%d %H:%M:%f', min(first_seen_at) / 1000.0, 'unixepoch') || '000' AS first_seen_at,
            strftime('%Y-%m-%d %H:%M:%f', max(last_seen_at) / 1000.0, 'unixepoch') || '000' AS last_seen_at,
            nullif(resolved_model, '') AS resolved_model,
            fingerprint,
            sum(sightings) AS sightings,
            source
        FROM (
            SELECT DISTINCT
                bindings.org, bindings.workspace, bindings.template, bindings.provider, bindings.model, versions.*
            FROM bindings
            JOIN targets ON targets.id = bindings.target_id
            JOIN versions ON versions.target_id = bindings.target_id
            WHERE versions.sightings > 0
                AND versions.last_seen_at > bindings.valid_from - coalesce(\(interval), 0) * 3 / 2
                AND (bindings.valid_until IS NULL OR versions.first_seen_at < bindings.valid_until)
        )
        GROUP BY org, workspace, template, provider, model, resolved_model, provider_version_key, fingerprint, source;
        """
    }
}
