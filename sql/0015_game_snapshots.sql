-- Moves the snapshots of games to a table of their own, and lets the log hold receipts.
--
-- With event persistence a change writes its events and a few numbers of `games`; the snapshot is
-- written now and then, and may be older than the game's version. The log after it completes it.
-- docs/decisions/0052-log-is-the-truth.md has the reasons.
--
-- Copies the snapshots of all games, also closed ones, while `games` is locked (ACCESS EXCLUSIVE):
-- saves wait, as in an outage, and games cannot be read. 60,000 games (0.5 GB) took 16 seconds on a
-- busy machine.
-- The room that they had in `games` is used again after a vacuum; VACUUM FULL games gives it back.
-- A view of yours that reads games.snapshot or games.config has to be dropped before.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;
-- The statement time-out is meant for play, not for copying all snapshots.
SET LOCAL statement_timeout = 0;

DO $$
DECLARE
    owned_by name;
BEGIN
    IF to_regclass('game_snapshots') IS NOT NULL THEN
        RETURN;
    END IF;

    LOCK TABLE games IN ACCESS EXCLUSIVE MODE;

    -- An update is a HOT update, as of `games`: the snapshot is not compressed, and stays in line up
    -- to 4080 bytes; the fill factor leaves room for the next one.
    CREATE TABLE game_snapshots (
        game_id  text COLLATE "C" CONSTRAINT game_snapshots_game_id_not_null  NOT NULL,
        version  bigint           CONSTRAINT game_snapshots_version_not_null  NOT NULL,
        snapshot text             CONSTRAINT game_snapshots_snapshot_not_null NOT NULL,
        CONSTRAINT game_snapshots_version_counts   CHECK (version >= 0),
        CONSTRAINT game_snapshots_snapshot_bounded CHECK (octet_length(snapshot) BETWEEN 2 AND 1048576)
    ) WITH (fillfactor = 50, toast_tuple_target = 4080);
    ALTER TABLE game_snapshots ALTER COLUMN snapshot SET STORAGE EXTERNAL;
    SELECT pg_get_userbyid(relowner) INTO owned_by FROM pg_class WHERE oid = 'games'::regclass;
    EXECUTE format('ALTER TABLE game_snapshots OWNER TO %I', owned_by);

    -- Create keys after the copy: one sort costs a fraction of so many index insertions.
    INSERT INTO game_snapshots (game_id, version, snapshot) SELECT id, version, snapshot FROM games;
    ALTER TABLE game_snapshots ADD CONSTRAINT game_snapshots_pkey PRIMARY KEY (game_id);
    ALTER TABLE game_snapshots ADD CONSTRAINT game_snapshots_game_id_fkey
        FOREIGN KEY (game_id) REFERENCES games (id) ON DELETE CASCADE;
    ALTER TABLE games DROP COLUMN snapshot;

    -- An update is logged from its first changed byte to its last: what never changes belongs at the
    -- end of a row. This saves 220 bytes of WAL a change.
    ALTER TABLE games RENAME COLUMN config TO config_before;
    ALTER TABLE games ADD COLUMN config text;
    UPDATE games SET config = config_before;
    ALTER TABLE games DROP COLUMN config_before;
    ALTER TABLE games ALTER COLUMN config SET NOT NULL;
    ALTER TABLE games ADD CONSTRAINT games_config_bounded CHECK (octet_length(config) BETWEEN 2 AND 65536);
    PERFORM pokerws_secure('game_snapshots');
END $$;

-- Of the last event that a command caused: who sent what, so that it is answered the same way again.
DO $$ BEGIN
    -- Migration 16 makes it a view.
    IF (SELECT relkind FROM pg_class WHERE oid = 'game_events'::regclass) <> 'v' THEN
        ALTER TABLE game_events ADD COLUMN IF NOT EXISTS receipt text;
        ALTER TABLE game_events DROP CONSTRAINT IF EXISTS game_events_receipt_bounded;
        ALTER TABLE game_events ADD CONSTRAINT game_events_receipt_bounded
            CHECK (octet_length(receipt) BETWEEN 2 AND 4096) NOT VALID;
    END IF;
END $$;

-- The seats of an open game, players and names: those of the snapshot, changed by the log after it.
-- None of a closed game, and null for what cannot be read.
CREATE OR REPLACE FUNCTION seated_names(wanted text) RETURNS jsonb STABLE LANGUAGE plpgsql AS $$
DECLARE
    stored record;
BEGIN
    SELECT kept.version, kept.snapshot INTO stored
    FROM games LEFT JOIN game_snapshots AS kept ON kept.game_id = games.id
    WHERE games.id = wanted AND games.status <> 'closed';
    IF NOT FOUND THEN
        RETURN '[]';
    ELSIF stored.snapshot IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN (
        WITH later AS (
            SELECT DISTINCT ON (told ->> 'seat') type, told
            FROM (
                SELECT seq, type, payload::jsonb AS told
                FROM game_events
                WHERE game_id = wanted AND seq > stored.version
                  AND type IN ('player_sat', 'player_stood')
            ) AS event
            ORDER BY told ->> 'seat', seq DESC
        )
        SELECT coalesce(jsonb_agg(seat), '[]')
        FROM (
            SELECT seat
            FROM jsonb_array_elements(stored.snapshot::jsonb #> '{table,seats}')
                 WITH ORDINALITY AS one (seat, place)
            WHERE jsonb_typeof(seat) = 'object'
              AND NOT EXISTS (SELECT FROM later WHERE told ->> 'seat' = (place - 1)::text)
            UNION ALL
            SELECT told FROM later WHERE type = 'player_sat'
        ) AS seated);
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;

-- As before, and without the receipts of the log.
CREATE OR REPLACE FUNCTION pokerws_grant_reader(role name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ours    regclass;
    columns text;
BEGIN
    PERFORM pokerws_admit_to_schema(role);
    IF role IN (SELECT pokerws_servers()) THEN
        RAISE EXCEPTION 'the role % is a server''s: make another one for reading', quote_ident(role)
            USING ERRCODE = 'invalid_grant_operation';
    END IF;
    FOR ours IN SELECT pokerws_relations() LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %I CASCADE', ours, role);
    END LOOP;
    FOREACH ours IN ARRAY ARRAY[
        'schema_migrations', 'games', 'game_events', 'accounts', 'transfers', 'memory_play',
        'server_keys', 'owners', 'balances']::regclass[]
    LOOP
        SELECT '(' || string_agg(quote_ident(attname), ', ' ORDER BY attnum) || ')' INTO columns
        FROM pg_attribute
        WHERE attrelid = ours AND attnum > 0 AND NOT attisdropped
          AND (ours, attname) NOT IN (
              ('game_events'::regclass, 'payload'), ('game_events'::regclass, 'receipt'),
              ('server_keys'::regclass, 'value'));
        PERFORM pokerws_admit(ours, 'reader', 'SELECT', 'SELECT', columns, role);
    END LOOP;
END $$;

DO $$ BEGIN
    PERFORM pokerws_secure_function(called::regprocedure, purpose) FROM (VALUES
        ('pokerws_grant_reader(name)', 'admits a reader, such as a dashboard'),
        ('seated_names(text)', 'who sits at a table, by name')
    ) AS ours (called, purpose);
END $$;

-- A reader of before has no right to the new columns yet.
DO $$
DECLARE
    reader name;
BEGIN
    FOR reader IN
        SELECT rolname FROM pg_policy JOIN pg_roles ON pg_roles.oid = ANY (polroles)
        WHERE polrelid = 'games'::regclass AND polname = 'reader'
    LOOP
        PERFORM pokerws_grant_reader(reader);
    END LOOP;
END $$;

COMMENT ON TABLE games IS
    'One row a table, with where it stands. The server that plays a table writes its row alone.';
COMMENT ON COLUMN games.config IS 'What the table was opened with, as JSON: seats, blinds, times.';
COMMENT ON COLUMN games.version IS
    'The seq of the last event. A save must name the version that it follows.';
COMMENT ON COLUMN games.updated_at IS 'When the last event happened.';
COMMENT ON COLUMN games.chips IS 'All chips at the table, as it is now: stacks and pots.';
COMMENT ON COLUMN games.key_id IS
    'Which key sealed the secret cards of the snapshot and of the log after it; NULL where there are '
    'none.';
COMMENT ON TABLE game_snapshots IS
    'A state of each table. The events of the log after it lead to the state of now.';
COMMENT ON COLUMN game_snapshots.game_id IS 'The table.';
COMMENT ON COLUMN game_snapshots.version IS
    'The seq of the last event in the snapshot; the version of the game, where events are not kept.';
COMMENT ON COLUMN game_snapshots.snapshot IS
    'The table''s state as JSON; cast it to jsonb to look inside. Cards that nobody may see yet are sealed.';
COMMENT ON COLUMN game_events.receipt IS
    'Of the last event of a player''s command: the player, a keyed digest of the command, the seq of '
    'its first event and the command''s id, as JSON. So a command sent again is answered as before.';

INSERT INTO schema_migrations (version, name) VALUES (15, 'game_snapshots') ON CONFLICT DO NOTHING;
COMMIT;
