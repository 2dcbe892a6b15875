import GRDB
import PrompterCore

/// The ids of `prompt_versions`, in their two parts: those of bindings and of versions.
enum VersionIDs {
    /// Gives their parts to all rows that have none: those from before there were any, and those that were imported.
    static func fill(on database: Database) throws {
        // Known to this connection alone, and only while it fills.
        let watchHash = DatabaseFunction("watch_hash_of", argumentCount: 5, pure: true) { values in
            Watch.Key(texts: values.map { String.fromDatabaseValue($0) ?? "" }).map { VersionID.part(of: $0) }
        }
        let versionHash = DatabaseFunction("version_hash_of", argumentCount: 2, pure: true) { values in
            VersionID.part(of: values.map { String.fromDatabaseValue($0) ?? "" })
        }
        database.add(function: watchHash)
        database.add(function: versionHash)
        defer {
            database.remove(function: watchHash)
            database.remove(function: versionHash)
        }
        try database.execute(
            sql: """
                UPDATE bindings SET watch_hash = watch_hash_of(org, workspace, template, provider, model)
                WHERE watch_hash = '';
                UPDATE versions SET version_hash = version_hash_of(resolved_model, provider_version_key)
                WHERE version_hash = '';
                """)
    }

    static func migrate(_ database: Database) throws {
        try database.execute(sql: columns)
        try fill(on: database)
        try database.execute(sql: view)
    }

    private static let columns = """
        -- Whether somebody asked for it, and no watchlist has it.
        ALTER TABLE bindings ADD COLUMN is_asked INTEGER NOT NULL DEFAULT 0;
        -- The two parts of an id in prompt_versions.
        ALTER TABLE bindings ADD COLUMN watch_hash TEXT NOT NULL DEFAULT '';
        ALTER TABLE versions ADD COLUMN version_hash TEXT NOT NULL DEFAULT '';
        DROP VIEW prompt_versions;
        """

    private static let view = """
        -- The service layer's table, for whoever knew it; its times are texts as SQLAlchemy's DateTime writes them. A version
        -- is a watch's where its sightings overlap a binding. What served the slot in which the watch was bound counts: it
        -- was seen at most one interval and a half before.
        CREATE VIEW prompt_versions AS
        SELECT
            watch_hash || '-' || version_hash AS id,
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
            max(fingerprint) AS fingerprint,
            sum(sightings) AS sightings,
            max(source) AS source
        FROM (
            SELECT DISTINCT
                bindings.org, bindings.workspace, bindings.template, bindings.provider, bindings.model,
                bindings.watch_hash, versions.*
            FROM bindings
            JOIN targets ON targets.id = bindings.target_id
            JOIN versions ON versions.target_id = bindings.target_id
            WHERE versions.sightings > 0
                AND versions.last_seen_at > bindings.valid_from
                    - coalesce(bindings.interval_ms, targets.interval_ms, 0) * 3 / 2
                AND (bindings.valid_until IS NULL OR versions.first_seen_at < bindings.valid_until)
        )
        GROUP BY org, workspace, template, provider, model, resolved_model, provider_version_key;
        """
}
