-- Which server owns which table, and until when no other server may take its tables over.
--
-- A server has a new incarnation each time it starts, and renews its lease while it lives. Every save
-- names the incarnation and the epoch of the row, so a server that lost a table cannot write it.
-- docs/decisions/0029-leases.md has the reasons.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

CREATE TABLE IF NOT EXISTS owners (
    incarnation text COLLATE "C" PRIMARY KEY,
    node        text        NOT NULL,
    process     text        NOT NULL,
    started_at  timestamptz NOT NULL,
    lease_until timestamptz NOT NULL,
    ended_at    timestamptz,
    ended_why   text,
    CONSTRAINT owners_incarnation_bounded CHECK (octet_length(incarnation) BETWEEN 1 AND 64),
    CONSTRAINT owners_node_bounded        CHECK (octet_length(node) BETWEEN 1 AND 256),
    CONSTRAINT owners_process_bounded     CHECK (octet_length(process) <= 256),
    CONSTRAINT owners_ended_why_bounded   CHECK (octet_length(ended_why) BETWEEN 1 AND 64)
) WITH (fillfactor = 50);
DO $$ BEGIN PERFORM pokerws_secure('owners'); END $$;

-- Only claims change it, so saves stay HOT updates.
ALTER TABLE games ADD COLUMN IF NOT EXISTS owner_incarnation text COLLATE "C";

-- As before, and `owners` too.
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
              ('games'::regclass, 'snapshot'), ('game_events'::regclass, 'payload'),
              ('game_events'::regclass, 'receipt'), ('server_keys'::regclass, 'value'));
        PERFORM pokerws_admit(ours, 'reader', 'SELECT', 'SELECT', columns, role);
    END LOOP;
END $$;

-- A reader of before has no right to the new column and table yet.
DO $$
DECLARE
    reader name;
BEGIN
    PERFORM pokerws_secure_function(
        'pokerws_grant_reader(name)'::regprocedure, 'admits a reader, such as a dashboard');
    FOR reader IN
        SELECT rolname FROM pg_policy JOIN pg_roles ON pg_roles.oid = ANY (polroles)
        WHERE polrelid = 'games'::regclass AND polname = 'reader'
    LOOP
        PERFORM pokerws_grant_reader(reader);
    END LOOP;
END $$;

COMMENT ON TABLE owners IS
    'Servers that own tables: one row for each start of a server. Renewed several times in a lease.';
COMMENT ON COLUMN owners.incarnation IS 'Random, new at each start, and after the lease was lost.';
COMMENT ON COLUMN owners.node IS 'NODE_NAME, or host and port: for people, and not unique.';
COMMENT ON COLUMN owners.process IS
    'Machine and process, so that a restart on the same machine can tell that it is gone.';
COMMENT ON COLUMN owners.started_at IS 'When this incarnation began.';
COMMENT ON COLUMN owners.lease_until IS
    'Until when, by the clock of the database, no other server may take its tables over.';
COMMENT ON COLUMN owners.ended_at IS 'When it stopped, or was found dead: it never owns a table again.';
COMMENT ON COLUMN owners.ended_why IS 'Why it ended: stopped, lease over, or process gone.';
COMMENT ON COLUMN games.owner_incarnation IS
    'The owner that plays the table; a save must name it, and the epoch. NULL: nobody has a lease on it.';
COMMENT ON COLUMN games.epoch IS
    'Raised at each claim. A server that holds an older epoch, or is not the owner, cannot save.';

INSERT INTO schema_migrations (version, name) VALUES (9, 'owners') ON CONFLICT DO NOTHING;
COMMIT;
