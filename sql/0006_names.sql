-- Guests' reserved names, and sessions revoked by logging out.

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

-- Reserves a name for a player and releases the player's other names. Returns false, with nothing
-- changed, if another player holds the name.
CREATE OR REPLACE FUNCTION claim_name(
    wanted text, claimer text, written text, now_at timestamptz, until_at timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    -- A renewal locks this one row and no other, so it never waits for other claims.
    UPDATE player_names SET name = written, expires_at = until_at
    WHERE skeleton = wanted AND player = claimer;
    IF FOUND THEN
        RETURN true;
    END IF;
    -- Other claims lock several rows, so they take turns. The lock ends with this call, and the
    -- statements below see all that earlier turns have done.
    PERFORM pg_advisory_xact_lock(5052081503);
    INSERT INTO player_names AS held (skeleton, player, name, expires_at)
    VALUES (wanted, claimer, written, until_at)
    ON CONFLICT (skeleton) DO UPDATE
    SET player = excluded.player, name = excluded.name, expires_at = excluded.expires_at
    WHERE held.player = excluded.player OR held.expires_at <= now_at;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM player_names WHERE player = claimer AND skeleton <> wanted;
    DELETE FROM player_names
    WHERE skeleton IN (
        SELECT skeleton FROM player_names
        WHERE expires_at <= now_at AND skeleton <> wanted
        ORDER BY expires_at
        LIMIT 10
        FOR UPDATE SKIP LOCKED);
    RETURN true;
END $$;

CREATE TABLE IF NOT EXISTS revoked_sessions (
    sid        text COLLATE "C" PRIMARY KEY,
    expires_at timestamptz NOT NULL,
    CONSTRAINT revoked_sessions_sid_bounded CHECK (octet_length(sid) BETWEEN 1 AND 256)
);
CREATE INDEX IF NOT EXISTS revoked_sessions_expires ON revoked_sessions (expires_at);

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
