-- The names that seats show, and the tables that the server opened for its own bots.
--
-- Reads the snapshots of open tables with players once: 10,000 tables of six players took 6 seconds
-- on a busy machine.  Closed tables are not read, no existing table is locked, and none gets a new
-- column.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;
-- The statement time-out is meant for play, not for reading whole tables.
SET LOCAL statement_timeout = 0;

-- Written before a player sits down. Whether the seat still shows the name is read from the game's
-- row, so a row that is out of date reserves nothing.
CREATE TABLE IF NOT EXISTS seat_names (
    game_id    text COLLATE "C" NOT NULL,
    player     text COLLATE "C" NOT NULL,
    name       text        NOT NULL,
    skeleton   text COLLATE "C",
    sits_until timestamptz NOT NULL,
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (game_id, player, name),
    CONSTRAINT seat_names_game_bounded     CHECK (octet_length(game_id) BETWEEN 1 AND 256),
    CONSTRAINT seat_names_player_bounded   CHECK (octet_length(player) BETWEEN 1 AND 256),
    CONSTRAINT seat_names_name_bounded     CHECK (octet_length(name) BETWEEN 1 AND 256),
    CONSTRAINT seat_names_skeleton_bounded CHECK (octet_length(skeleton) BETWEEN 1 AND 1024)
);
CREATE INDEX IF NOT EXISTS seat_names_skeleton ON seat_names (skeleton);
CREATE INDEX IF NOT EXISTS seat_names_checked  ON seat_names (checked_at);

CREATE TABLE IF NOT EXISTS server_tables (
    game_id   text COLLATE "C" PRIMARY KEY,
    marked_at timestamptz NOT NULL,
    CONSTRAINT server_tables_game_bounded CHECK (octet_length(game_id) BETWEEN 1 AND 256)
);

-- The seats of an open game: players and names. None of a closed game, and null for a snapshot that
-- cannot be read. Migration 15 moves the snapshots, and replaces this.
DO $create$ BEGIN
    IF to_regclass('game_snapshots') IS NOT NULL THEN
        RETURN;
    END IF;
    CREATE OR REPLACE FUNCTION seated_names(wanted text) RETURNS jsonb STABLE LANGUAGE plpgsql AS $$
DECLARE
    stored text;
BEGIN
    SELECT snapshot INTO stored FROM games WHERE id = wanted AND status <> 'closed';
    IF NOT FOUND THEN
        RETURN '[]';
    END IF;
    RETURN (
        SELECT coalesce(jsonb_agg(seat), '[]')
        FROM jsonb_array_elements(stored::jsonb #> '{table,seats}') AS seat
        WHERE jsonb_typeof(seat) = 'object');
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;
END $create$;

-- Whether a seat shows the name. A snapshot that cannot be read counts as if it did.
CREATE OR REPLACE FUNCTION seat_shows_name(wanted text, sitter text, shown text)
RETURNS boolean STABLE LANGUAGE sql AS $$
    SELECT coalesce(
        seated_names(wanted) @> jsonb_build_array(jsonb_build_object('player', sitter, 'name', shown)),
        true)
$$;

-- Reserves a name for a player and releases the player's other names, except those that seats show.
-- Returns false, with nothing changed, if another player holds the name or a seat shows it.
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
    -- Other claims lock several rows, so they take turns; and nobody sits down under the name
    -- meanwhile. The locks end with this call, and the statements below see all that earlier turns
    -- have done.
    PERFORM pg_advisory_xact_lock(5052081503);
    PERFORM pg_advisory_xact_lock(5052081, hashtext(wanted));
    IF EXISTS (
        SELECT FROM seat_names
        WHERE skeleton = wanted AND player <> claimer
          AND (sits_until > now_at OR seat_shows_name(game_id, player, name))
    ) THEN
        RETURN false;
    END IF;
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

-- Reserves a name for a player, whoever holds it, and releases the player's other names.
CREATE OR REPLACE FUNCTION give_name(wanted text, receiver text, written text, until_at timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(5052081503);
    INSERT INTO player_names (skeleton, player, name, expires_at)
    VALUES (wanted, receiver, written, until_at)
    ON CONFLICT (skeleton) DO UPDATE
    SET player = excluded.player, name = excluded.name, expires_at = excluded.expires_at;
    DELETE FROM player_names WHERE player = receiver AND skeleton <> wanted;
END $$;

-- Notes that a seat is about to show a name. Returns false, with nothing noted, if the name is
-- reserved for another player, unless `given`. Each call also looks after a few older rows, so that
-- the table does not grow.
CREATE OR REPLACE FUNCTION hold_seat_name(
    wanted text, game text, sitter text, shown text,
    now_at timestamptz, until_at timestamptz, given boolean
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    old record;
BEGIN
    PERFORM pg_advisory_xact_lock(5052081, hashtext(wanted));
    IF NOT given AND EXISTS (
        SELECT FROM player_names
        WHERE skeleton = wanted AND player <> sitter AND expires_at > now_at
    ) THEN
        RETURN false;
    END IF;
    INSERT INTO seat_names (game_id, player, name, skeleton, sits_until, checked_at)
    VALUES (game, sitter, shown, wanted, until_at, now_at)
    ON CONFLICT (game_id, player, name) DO UPDATE
    SET skeleton = excluded.skeleton, sits_until = excluded.sits_until,
        checked_at = excluded.checked_at;
    FOR old IN
        SELECT game_id, player, name FROM seat_names
        WHERE checked_at < now_at - interval '10 minutes' AND sits_until <= now_at
        ORDER BY checked_at
        LIMIT 3
        FOR UPDATE SKIP LOCKED
    LOOP
        IF seat_shows_name(old.game_id, old.player, old.name) THEN
            UPDATE seat_names SET checked_at = now_at
            WHERE (game_id, player, name) = (old.game_id, old.player, old.name);
        ELSE
            DELETE FROM seat_names
            WHERE (game_id, player, name) = (old.game_id, old.player, old.name);
        END IF;
    END LOOP;
    RETURN true;
END $$;

-- Players who sit already. A server computes the skeletons at its next start.
INSERT INTO seat_names (game_id, player, name, sits_until, checked_at)
SELECT DISTINCT id, seat ->> 'player', seat ->> 'name', '-infinity'::timestamptz, now()
FROM games, jsonb_array_elements(seated_names(id)) AS seat
WHERE status <> 'closed' AND players > 0
  AND octet_length(seat ->> 'player') BETWEEN 1 AND 256
  AND octet_length(seat ->> 'name') BETWEEN 1 AND 256
  AND NOT EXISTS (SELECT FROM schema_migrations WHERE name = 'names_at_tables')
ON CONFLICT DO NOTHING;

DO $$ BEGIN
    PERFORM pokerws_secure('seat_names');
    PERFORM pokerws_secure('server_tables');
    PERFORM pokerws_secure_function(called::regprocedure, purpose) FROM (VALUES
        ('claim_name(text, text, text, timestamptz, timestamptz)', 'reserves a name for a player'),
        ('give_name(text, text, text, timestamptz)', 'reserves a name that the login service gave'),
        ('hold_seat_name(text, text, text, text, timestamptz, timestamptz, boolean)',
         'notes that a seat shows a name'),
        ('seated_names(text)', 'who sits at a table, by name'),
        ('seat_shows_name(text, text, text)', 'whether a seat shows a name')
    ) AS ours (called, purpose);
END $$;

COMMENT ON TABLE seat_names IS
    'Names that seats show, also those that their players have changed since. A row whose game does '
    'not show the name reserves nothing.';
COMMENT ON COLUMN seat_names.game_id IS 'The table.';
COMMENT ON COLUMN seat_names.player IS 'The player of the seat.';
COMMENT ON COLUMN seat_names.name IS 'The name as the seat shows it.';
COMMENT ON COLUMN seat_names.skeleton IS
    'As in player_names; null for players who sat when this table was made, until a server starts.';
COMMENT ON COLUMN seat_names.sits_until IS
    'Until when the player may be about to sit down, so that the game''s row is not asked.';
COMMENT ON COLUMN seat_names.checked_at IS 'When the game''s row was last compared.';
COMMENT ON TABLE server_tables IS
    'Tables that the server opened for its own bots. Delete a row, and the bots leave the table at '
    'the next start.';
COMMENT ON COLUMN server_tables.game_id IS 'The table.';
COMMENT ON COLUMN server_tables.marked_at IS 'When it was marked, just before it was opened.';

INSERT INTO schema_migrations (version, name) VALUES (13, 'names_at_tables') ON CONFLICT DO NOTHING;
COMMIT;
