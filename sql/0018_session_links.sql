-- Links with which a guest moves to another device: a digest of each code, and whom it brings.
--
-- Makes one empty table.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

CREATE TABLE IF NOT EXISTS session_links (
    player     text COLLATE "C" PRIMARY KEY,
    digest     text COLLATE "C" NOT NULL UNIQUE,
    name       text        NOT NULL,
    sid        text COLLATE "C" NOT NULL,
    keep       boolean     NOT NULL,
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT session_links_player_bounded CHECK (octet_length(player) BETWEEN 1 AND 256),
    CONSTRAINT session_links_digest_bounded CHECK (octet_length(digest) = 64),
    CONSTRAINT session_links_name_bounded   CHECK (octet_length(name) BETWEEN 1 AND 256),
    CONSTRAINT session_links_sid_bounded    CHECK (octet_length(sid) BETWEEN 1 AND 256)
);
CREATE INDEX IF NOT EXISTS session_links_expires ON session_links (expires_at);
-- Readers have no access: an id of a session is nobody else's business.
DO $$ BEGIN PERFORM pokerws_secure('session_links'); END $$;

COMMENT ON TABLE session_links IS
    'Links with which guests move to another device, for a few minutes. A row is deleted when its '
    'code is used.';
COMMENT ON COLUMN session_links.player IS 'The player that it brings; the latest link counts.';
COMMENT ON COLUMN session_links.digest IS 'SHA-256 of the code. The code itself is not stored.';
COMMENT ON COLUMN session_links.name IS 'The player''s name when the link was made.';
COMMENT ON COLUMN session_links.sid IS 'The session that has made it.';
COMMENT ON COLUMN session_links.keep IS 'Whether that session goes on when the code is used.';
COMMENT ON COLUMN session_links.made_at IS 'When the link was made.';
COMMENT ON COLUMN session_links.expires_at IS 'After this the row is of no use.';

INSERT INTO schema_migrations (version, name) VALUES (18, 'session_links') ON CONFLICT DO NOTHING;
COMMIT;
