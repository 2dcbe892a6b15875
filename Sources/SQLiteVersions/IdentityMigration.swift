/// Metadata leaves a version's identity.
extension Schema {
    static let identity = """
        -- Metadata is no part of a version: it stands with each observation. Versions that differed by nothing else are one.
        DROP VIEW prompt_versions;
        ALTER TABLE versions RENAME TO versions_2;
        CREATE TABLE versions (
            id INTEGER PRIMARY KEY,
            target_id INTEGER NOT NULL,
            resolved_model TEXT NOT NULL DEFAULT '',
            provider_version_key TEXT NOT NULL,
            fingerprint TEXT,
            digest TEXT NOT NULL DEFAULT '',
            source TEXT NOT NULL CHECK (source IN ('live', 'stub', 'import')),
            fingerprint_captured_at INTEGER,
            first_seen_at INTEGER,
            last_seen_at INTEGER,
            sightings INTEGER NOT NULL DEFAULT 0,
            UNIQUE (target_id, resolved_model, provider_version_key, digest)
        ) STRICT;
        INSERT INTO versions
        SELECT
            min(id), target_id, resolved_model, provider_version_key, max(fingerprint), digest, max(source),
            min(fingerprint_captured_at), min(first_seen_at), max(last_seen_at), sum(sightings)
        FROM versions_2 GROUP BY target_id, resolved_model, provider_version_key, digest;

        CREATE TABLE merged (id INTEGER PRIMARY KEY, target_id INTEGER NOT NULL, kept INTEGER NOT NULL, value TEXT);
        INSERT INTO merged
        SELECT versions_2.id, target_id, versions.id, nullif(metadata, '')
        FROM versions_2 JOIN versions USING (target_id, resolved_model, provider_version_key, digest)
        WHERE versions_2.id <> versions.id OR metadata <> '';

        ALTER TABLE observations ADD COLUMN metadata TEXT;
        UPDATE observations
        SET (version_id, metadata) = (SELECT kept, value FROM merged WHERE merged.id = version_id)
        WHERE target_id IN (SELECT target_id FROM merged) AND version_id IN (SELECT id FROM merged);

        INSERT INTO tallies
        SELECT tallies.target_id, day, kept, min(first_at), max(last_at), sum(sightings)
        FROM tallies JOIN merged ON merged.id = version_id
        WHERE tallies.target_id IN (SELECT target_id FROM merged) AND merged.id <> kept
        GROUP BY tallies.target_id, day, kept
        ON CONFLICT DO UPDATE SET
            first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at),
            sightings = sightings + excluded.sightings;
        DELETE FROM tallies
        WHERE target_id IN (SELECT target_id FROM merged) AND version_id IN (SELECT id FROM merged WHERE id <> kept);

        -- Which metadata a target has shown, those of them that came last, each with its first time.
        CREATE TABLE metadata (
            target_id INTEGER NOT NULL,
            value TEXT NOT NULL,
            first_seen_at INTEGER NOT NULL,
            PRIMARY KEY (target_id, value)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO metadata
        SELECT target_id, metadata, first
        FROM (
            SELECT
                target_id, metadata, min(first_seen_at) AS first,
                row_number() OVER (PARTITION BY target_id ORDER BY min(first_seen_at) DESC) AS place
            FROM versions_2 WHERE metadata <> '' AND first_seen_at IS NOT NULL GROUP BY target_id, metadata)
        WHERE place <= 256;

        DROP TABLE merged;
        DROP TABLE versions_2;

        """
}
