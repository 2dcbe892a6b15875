import GRDB

/// The tables, and how each version of them becomes the next. A migration that was released never changes.
///
/// All times are whole milliseconds since 1970-01-01T00:00:00Z. Rows of `targets` and `versions` are never deleted, so no
/// foreign key is enforced: that would cost each observation two more searches.
enum Schema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1-versions") { try $0.execute(sql: versions) }
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
                AND versions.last_seen_at > bindings.valid_from - coalesce(targets.interval_ms, 0) * 3 / 2
                AND (bindings.valid_until IS NULL OR versions.first_seen_at < bindings.valid_until)
        )
        GROUP BY org, workspace, template, provider, model, resolved_model, provider_version_key, fingerprint, source;
        """
}
