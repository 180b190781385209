-- Records when a server went back to in-memory play: tables stored before then are outdated.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

CREATE TABLE IF NOT EXISTS memory_play (
    began_at  timestamptz PRIMARY KEY,
    closed_at timestamptz
);

COMMENT ON TABLE memory_play IS
    'A row each time that a server without USE_DB_REPOSITORY has taken over from this database.';
COMMENT ON COLUMN memory_play.began_at IS
    'When it began. Tables that last changed before then are closed, and their chips sent home, '
    'when a server next plays from this database.';
COMMENT ON COLUMN memory_play.closed_at IS 'When that was done; NULL until then.';

INSERT INTO schema_migrations (version, name) VALUES (5, 'memory_play') ON CONFLICT DO NOTHING;
COMMIT;
