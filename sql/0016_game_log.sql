-- Makes one row of the log of all events that one command caused.
--
-- The log's table is now `game_log`. What was stored before stays as it is, a row an event; a new row
-- has the events as a JSON array, and no type. `game_events` is a view with a row for each event, as
-- before: it can be read, and single events can be changed. A query of a whole game is as fast as
-- before. One of a part of a long log reads all of it: query `game_log` by seq for that.
-- docs/decisions/0052-log-is-the-truth.md has the reasons.
--
-- Renames the table and adds a column, which reads no rows, but waits for those who read the log, as
-- a dump. Saves wait meanwhile (ACCESS EXCLUSIVE).

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

DO $$
DECLARE
    part     record;
    bound    record;
    held     record;
    owned_by name;
BEGIN
    IF to_regclass('game_log') IS NOT NULL THEN
        RETURN;
    END IF;

    -- Lock in the same order as a save does, to avoid a deadlock.
    LOCK TABLE games IN SHARE ROW EXCLUSIVE MODE;
    LOCK TABLE game_events IN ACCESS EXCLUSIVE MODE;

    -- With all that is theirs, such as owner and rights. A partition of an operator's has another name.
    FOR part IN
        SELECT relname AS before, replace(relname, 'game_events', 'game_log') AS after, relkind
        FROM (SELECT relid FROM pg_partition_tree('game_events')
              UNION ALL
              SELECT indexrelid FROM pg_index JOIN pg_partition_tree('game_events') ON indrelid = relid
        ) AS ours JOIN pg_class ON pg_class.oid = ours.relid
        WHERE relname LIKE 'game\_events%'
    LOOP
        EXECUTE format('ALTER %s %I RENAME TO %I',
            CASE WHEN part.relkind IN ('i', 'I') THEN 'INDEX' ELSE 'TABLE' END, part.before, part.after);
    END LOOP;
    FOR bound IN
        SELECT conname AS before, replace(conname, 'game_events', 'game_log') AS after
        FROM pg_constraint
        WHERE conrelid = 'game_log'::regclass AND conname LIKE 'game\_events%'
    LOOP
        EXECUTE format('ALTER TABLE game_log RENAME CONSTRAINT %I TO %I', bound.before, bound.after);
    END LOOP;

    ALTER TABLE game_log ADD COLUMN events integer CONSTRAINT game_log_events_not_null NOT NULL DEFAULT 1;
    ALTER TABLE game_log ALTER COLUMN type DROP NOT NULL;
    -- Not checked in the rows of before, of which each is one event.
    ALTER TABLE game_log ADD CONSTRAINT game_log_events_counts
        CHECK (events BETWEEN 1 AND greatest(seq, 1) AND (type IS NULL OR events = 1)) NOT VALID;

    CREATE VIEW game_events WITH (security_invoker = true) AS
        SELECT log.game_id, log.seq - log.events + part.place AS seq, log.hand_number,
               coalesce(log.type, part.event ->> 'type') AS type,
               CASE WHEN log.type IS NULL THEN part.event::text ELSE log.payload END AS payload,
               log.at, CASE WHEN part.place = log.events THEN log.receipt END AS receipt
        FROM game_log AS log,
             json_array_elements(CASE WHEN log.type IS NULL THEN log.payload::json ELSE '[null]' END)
             WITH ORDINALITY AS part (event, place);

    -- Who had rights on the table has them on the view too.
    SELECT pg_get_userbyid(relowner) INTO owned_by FROM pg_class WHERE oid = 'game_log'::regclass;
    EXECUTE format('ALTER VIEW game_events OWNER TO %I', owned_by);
    FOR held IN
        SELECT privilege_type,
               CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS grantee,
               CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS further
        FROM pg_class, aclexplode(relacl)
        WHERE oid = 'game_log'::regclass AND grantee <> relowner
          AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
    LOOP
        EXECUTE format(
            'GRANT %s ON game_events TO %s%s', held.privilege_type, held.grantee, held.further);
    END LOOP;
END $$;

-- Changes one event: the row that it is in becomes one row for each event before.
CREATE OR REPLACE FUNCTION game_events_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whole game_log;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT * INTO whole FROM game_log
        WHERE game_id = OLD.game_id AND seq >= OLD.seq ORDER BY seq LIMIT 1 FOR UPDATE;
        -- Somebody else has deleted it.
        IF NOT FOUND OR whole.seq - whole.events >= OLD.seq THEN
            RETURN NULL;
        END IF;
        IF whole.type IS NULL THEN
            DELETE FROM game_log WHERE game_id = whole.game_id AND seq = whole.seq;
            INSERT INTO game_log (game_id, seq, hand_number, type, payload, at, receipt)
            SELECT whole.game_id, whole.seq - whole.events + place, whole.hand_number,
                   coalesce(event ->> 'type', '?'), event::text, whole.at,
                   CASE WHEN place = whole.events THEN whole.receipt END
            FROM json_array_elements(whole.payload::json) WITH ORDINALITY AS part (event, place);
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        DELETE FROM game_log WHERE game_id = OLD.game_id AND seq = OLD.seq;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' OR (NEW.game_id, NEW.seq) <> (OLD.game_id, OLD.seq) THEN
        SELECT * INTO whole FROM game_log
        WHERE game_id = NEW.game_id AND seq >= NEW.seq ORDER BY seq LIMIT 1;
        IF FOUND AND whole.seq - whole.events < NEW.seq THEN
            RAISE unique_violation USING
                MESSAGE = format('game %s has an event %s already', NEW.game_id, NEW.seq),
                CONSTRAINT = 'game_log_pkey';
        END IF;
    END IF;
    IF NEW.type IS NULL THEN
        RAISE not_null_violation USING MESSAGE = 'an event has a type', COLUMN = 'type';
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO game_log (game_id, seq, hand_number, type, payload, at, receipt)
        VALUES (NEW.game_id, NEW.seq, NEW.hand_number, NEW.type, NEW.payload, NEW.at, NEW.receipt);
    ELSE
        UPDATE game_log
        SET game_id = NEW.game_id, seq = NEW.seq, hand_number = NEW.hand_number, type = NEW.type,
            payload = NEW.payload, at = NEW.at, receipt = NEW.receipt
        WHERE game_id = OLD.game_id AND seq = OLD.seq;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER game_events_change
    INSTEAD OF INSERT OR UPDATE OR DELETE ON game_events
    FOR EACH ROW EXECUTE FUNCTION game_events_change();

CREATE OR REPLACE FUNCTION games_keep_their_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM game_log WHERE game_id = OLD.id)
       AND NOT EXISTS (SELECT FROM pruned_logs WHERE game_id = OLD.id) THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('game %s has events', OLD.id),
            HINT = 'Set its status to closed, or delete its events first.';
    END IF;
    RETURN OLD;
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
                SELECT log.seq - log.events + place AS seq,
                       coalesce(log.type, event ->> 'type') AS type,
                       CASE WHEN log.type IS NULL THEN event::jsonb ELSE log.payload::jsonb END AS told
                FROM game_log AS log,
                     json_array_elements(
                         CASE WHEN log.type IS NULL THEN log.payload::json ELSE '[null]' END)
                     WITH ORDINALITY AS part (event, place)
                WHERE log.game_id = wanted AND log.seq > stored.version
                  AND (log.type IS NULL AND log.payload LIKE '%"type":"player_s%'
                       OR log.type IN ('player_sat', 'player_stood'))
            ) AS event
            WHERE type IN ('player_sat', 'player_stood') AND seq > stored.version
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

-- Lets a server play with this table, view or function.
CREATE OR REPLACE FUNCTION pokerws_admit_server(ours regclass, role name)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    rights text := 'SELECT, INSERT, UPDATE, DELETE';
BEGIN
    IF (SELECT relname IN ('balances', 'schema_migrations') FROM pg_class WHERE oid = ours) THEN
        rights := 'SELECT';
    END IF;
    PERFORM pokerws_admit(ours, 'server', 'ALL', rights, '', role);
END $$;

-- Our tables and views. A table is known by its policy `no_access`, a view by its name.
CREATE OR REPLACE FUNCTION pokerws_relations() RETURNS SETOF regclass STABLE LANGUAGE sql AS $$
    SELECT polrelid::regclass FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
    WHERE polname = 'no_access'
      AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'games'::regclass)
    UNION ALL
    SELECT oid::regclass FROM pg_class
    WHERE relkind = 'v' AND relname IN ('balances', 'game_events')
      AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'games'::regclass)
$$;

-- As before, but `game_log` in place of `game_events`: to read a view takes the right to all of its
-- columns.
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
        'schema_migrations', 'games', 'game_log', 'accounts', 'transfers', 'memory_play',
        'server_keys', 'owners', 'balances']::regclass[]
    LOOP
        SELECT '(' || string_agg(quote_ident(attname), ', ' ORDER BY attnum) || ')' INTO columns
        FROM pg_attribute
        WHERE attrelid = ours AND attnum > 0 AND NOT attisdropped
          AND (ours, attname) NOT IN (
              ('game_log'::regclass, 'payload'), ('game_log'::regclass, 'receipt'),
              ('server_keys'::regclass, 'value'));
        PERFORM pokerws_admit(ours, 'reader', 'SELECT', 'SELECT', columns, role);
    END LOOP;
END $$;

DO $$ BEGIN
    PERFORM pokerws_secure('game_log');
    PERFORM pokerws_secure('game_events');
    PERFORM pokerws_secure_function(called::regprocedure, purpose) FROM (VALUES
        ('game_events_change()', 'changes single events of the log'),
        ('games_keep_their_events()', 'refuses to delete a game that has events'),
        ('pokerws_admit_server(regclass, name)', 'lets a server use a table'),
        ('pokerws_relations()', 'our tables and views'),
        ('pokerws_grant_reader(name)', 'admits a reader, such as a dashboard'),
        ('seated_names(text)', 'who sits at a table, by name')
    ) AS ours (called, purpose);
END $$;

-- A reader of before has no right to the new column yet.
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

COMMENT ON TABLE game_log IS
    'Everything that happened at each table, in order, and a row for each command that caused it. '
    'Seqs are missing where events were not kept; a log_restarted event then stands for them.';
COMMENT ON COLUMN game_log.game_id IS 'The table.';
COMMENT ON COLUMN game_log.seq IS 'The number of the row''s last event at its table, from 1.';
COMMENT ON COLUMN game_log.hand_number IS 'The hand that they belong to; 0 before the first.';
COMMENT ON COLUMN game_log.type IS
    'NULL for an array of events. In a row of an older version, or one that was changed by hand, what '
    'happened.';
COMMENT ON COLUMN game_log.payload IS
    'The events as a JSON array; where there is a type, the one event. Cards that were not shown are '
    'sealed.';
COMMENT ON COLUMN game_log.at IS 'When they happened.';
COMMENT ON COLUMN game_log.events IS 'How many events the row has.';
COMMENT ON COLUMN game_log.receipt IS
    'Of a player''s command: the player, a keyed digest of the command, the seq of its first event and '
    'the command''s id, as JSON. So a command sent again is answered as before.';
COMMENT ON VIEW game_events IS
    'The events of game_log, one a row. Single ones can be changed here.';
COMMENT ON COLUMN game_events.game_id IS 'The table.';
COMMENT ON COLUMN game_events.seq IS 'The number of the event at its table, from 1.';
COMMENT ON COLUMN game_events.hand_number IS 'The hand that the event belongs to; 0 before the first.';
COMMENT ON COLUMN game_events.type IS 'What happened, in the past tense, like hand_started.';
COMMENT ON COLUMN game_events.payload IS
    'The whole event as JSON. Cards that were not shown are sealed.';
COMMENT ON COLUMN game_events.at IS 'When it happened.';
COMMENT ON COLUMN game_events.receipt IS
    'Of the last event that a player''s command caused: see game_log.';

INSERT INTO schema_migrations (version, name) VALUES (16, 'game_log') ON CONFLICT DO NOTHING;
COMMIT;
