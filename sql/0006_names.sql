-- The names of guests, each for one player only, and the sessions that were ended by logging out.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

CREATE TABLE IF NOT EXISTS player_names (
    skeleton   text COLLATE "C" PRIMARY KEY,
    player     text COLLATE "C" NOT NULL,
    name       text        NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT player_names_skeleton_bounded CHECK (octet_length(skeleton) BETWEEN 1 AND 1024),
    CONSTRAINT player_names_player_bounded   CHECK (octet_length(player) BETWEEN 1 AND 256),
    CONSTRAINT player_names_name_bounded     CHECK (octet_length(name) BETWEEN 1 AND 256)
);
CREATE INDEX IF NOT EXISTS player_names_player  ON player_names (player);
CREATE INDEX IF NOT EXISTS player_names_expires ON player_names (expires_at);

CREATE TABLE IF NOT EXISTS revoked_sessions (
    sid        text COLLATE "C" PRIMARY KEY,
    expires_at timestamptz NOT NULL,
    CONSTRAINT revoked_sessions_sid_bounded CHECK (octet_length(sid) BETWEEN 1 AND 256)
);

COMMENT ON TABLE player_names IS
    'Which name is reserved for which guest. A row may be deleted, and the name is free.';
COMMENT ON COLUMN player_names.skeleton IS
    'The name without what can be confused: capitals, spaces, signs and letters that look alike.';
COMMENT ON COLUMN player_names.player IS 'The player who has it.';
COMMENT ON COLUMN player_names.name IS 'The name as the player writes it.';
COMMENT ON COLUMN player_names.expires_at IS
    'Until when it is reserved; from then on whoever asks first gets it.';
COMMENT ON TABLE revoked_sessions IS
    'Sessions that ended by logging out, whose tokens are worth nothing.';
COMMENT ON COLUMN revoked_sessions.sid IS 'The session: `sid` in its tokens.';
COMMENT ON COLUMN revoked_sessions.expires_at IS
    'When all its tokens have expired by themselves, and the row is of no use.';

INSERT INTO schema_migrations (version, name) VALUES (6, 'names') ON CONFLICT DO NOTHING;
COMMIT;
