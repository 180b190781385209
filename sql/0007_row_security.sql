-- Row level security: the tables' owner reaches the rows, and otherwise only roles that the owner has
-- admitted with pokerws_grant_server or pokerws_grant_reader. docs/security.md#roles-and-rights
-- explains both. Default privileges that give new tables to everybody do not open them.
--
-- A later migration calls pokerws_secure for each table and view that it makes, and
-- pokerws_secure_function for each function. Both give admitted roles what they need.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

DO $$ BEGIN
    IF current_setting('server_version_num')::integer < 150000 THEN
        RAISE EXCEPTION 'PostgreSQL % is too old: pokerws needs 15 or later, where views obey row level security',
            current_setting('server_version');
    END IF;
END $$;

-- Lets a role use one table or view: the rights, and a policy that shows the rows. An empty `columns`
-- means all of them. The policy has one name on all tables, and lists its roles.
CREATE OR REPLACE FUNCTION pokerws_admit(
    ours regclass, policy text, command text, rights text, columns text, role name
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    admitted text;
BEGIN
    EXECUTE format('GRANT %s %s ON %s TO %I', rights, columns, ours, role);
    IF (SELECT relkind FROM pg_class WHERE oid = ours) = 'v' THEN
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = ours AND polname = policy) THEN
        EXECUTE format('CREATE POLICY %I ON %s FOR %s TO %I USING (true)', policy, ours, command, role);
    ELSE
        SELECT string_agg(DISTINCT quote_ident(rolname), ', ') INTO admitted
        FROM pg_policy JOIN pg_roles ON pg_roles.oid = ANY (polroles) OR rolname = role
        WHERE polrelid = ours AND polname = policy;
        EXECUTE format('ALTER POLICY %I ON %s TO %s', policy, ours, admitted);
    END IF;
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

-- The roles of servers: those of the policy `server` of games, and the owner of games, who need not
-- be the one who migrates.
CREATE OR REPLACE FUNCTION pokerws_servers() RETURNS SETOF name STABLE LANGUAGE sql AS $$
    SELECT rolname FROM pg_policy JOIN pg_roles ON pg_roles.oid = ANY (polroles)
    WHERE polrelid = 'games'::regclass AND polname = 'server'
    UNION
    SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'games'::regclass
$$;

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

-- Closes a table with its partitions, or a view, to everybody but its owner and the servers.
CREATE OR REPLACE FUNCTION pokerws_secure(ours regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    kind      "char";
    owned_by  oid;
    part      regclass;
    server    name;
BEGIN
    SELECT relkind, relowner INTO kind, owned_by FROM pg_class WHERE oid = ours;
    IF kind = 'v' THEN
        EXECUTE format('ALTER VIEW %s SET (security_invoker = true)', ours);
    END IF;
    FOR part IN SELECT ours UNION SELECT relid FROM pg_partition_tree(ours) LOOP
        IF kind <> 'v' AND NOT (SELECT relrowsecurity FROM pg_class WHERE oid = part) THEN
            EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
        END IF;
        PERFORM pokerws_withdraw(part);
    END LOOP;
    -- Permits nothing. It marks the table as ours, and says that it is closed on purpose.
    IF kind <> 'v' AND NOT EXISTS (
        SELECT FROM pg_policy WHERE polrelid = ours AND polname = 'no_access'
    ) THEN
        EXECUTE format('CREATE POLICY no_access ON %s USING (false)', ours);
    END IF;
    FOR server IN SELECT pokerws_servers() EXCEPT SELECT pg_get_userbyid(owned_by) LOOP
        PERFORM pokerws_admit_server(ours, server);
    END LOOP;
END $$;

-- Takes away the rights of everybody, and of the roles of an API gateway; and from all but the owner
-- those that row level security does not cover: to truncate, to attach triggers or references, and
-- to set a sequence.
CREATE OR REPLACE FUNCTION pokerws_withdraw(part regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    outsider text;
    sequence regclass;
BEGIN
    FOR outsider IN
        SELECT 'PUBLIC' UNION SELECT quote_ident(rolname) FROM pg_roles
        WHERE rolname IN ('anon', 'authenticated')
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', part, outsider);
    END LOOP;
    FOR outsider IN
        SELECT DISTINCT grantee::regrole::text FROM pg_class, aclexplode(relacl)
        WHERE oid = part AND grantee <> relowner
          AND privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES')
    LOOP
        EXECUTE format('REVOKE TRUNCATE, TRIGGER, REFERENCES ON %s FROM %s CASCADE', part, outsider);
    END LOOP;
    FOR sequence, outsider IN
        SELECT pg_class.oid, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END
        FROM pg_depend JOIN pg_class ON pg_class.oid = objid, aclexplode(relacl)
        WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
          AND refobjid = part AND deptype IN ('a', 'i') AND relkind = 'S' AND grantee <> relowner
    LOOP
        EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM %s CASCADE', sequence, outsider);
    END LOOP;
END $$;

-- Closes a function to everybody but its owner and the servers, and fixes where it looks for tables.
-- Its comment marks it as ours.
CREATE OR REPLACE FUNCTION pokerws_secure_function(ours regprocedure, purpose text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place    name;
    called   name;
    owned_by oid;
    outsider name;
    server   name;
BEGIN
    SELECT nspname, proname, proowner INTO place, called, owned_by
    FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace WHERE pg_proc.oid = ours;
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', ours, place);
    EXECUTE format('COMMENT ON FUNCTION %s IS %L', ours, 'pokerws: ' || purpose);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC CASCADE', ours);
    FOR outsider IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM %I CASCADE', ours, outsider);
    END LOOP;
    -- Those that are named pokerws_ are for the owner alone.
    IF called NOT LIKE 'pokerws\_%' THEN
        FOR server IN SELECT pokerws_servers() EXCEPT SELECT pg_get_userbyid(owned_by) LOOP
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', ours, server);
        END LOOP;
    END IF;
END $$;

-- Closes all that is ours again, as after a restore, where default privileges have opened it.
CREATE OR REPLACE FUNCTION pokerws_close() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ours    regclass;
    called  regprocedure;
    purpose text;
BEGIN
    FOR ours IN SELECT one FROM pokerws_relations() AS one ORDER BY one::oid LOOP
        PERFORM pokerws_secure(ours);
    END LOOP;
    FOR called, purpose IN
        SELECT oid, substr(obj_description(oid, 'pg_proc'), 10) FROM pg_proc
        WHERE pronamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'games'::regclass)
          AND obj_description(oid, 'pg_proc') LIKE 'pokerws: %'
    LOOP
        PERFORM pokerws_secure_function(called, purpose);
    END LOOP;
END $$;

-- What has to be true of a role before it is admitted.
CREATE OR REPLACE FUNCTION pokerws_admit_to_schema(role name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place name;
BEGIN
    IF role IN ('anon', 'authenticated', 'public') THEN
        RAISE EXCEPTION 'the role % stands for everybody, who must not reach the tables', quote_ident(role)
            USING ERRCODE = 'invalid_grant_operation';
    END IF;
    SELECT nspname INTO place FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE pg_class.oid = 'games'::regclass;
    IF NOT has_schema_privilege(role, place, 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', place, role);
    END IF;
END $$;

-- Admits a server that does not own the tables: it reads and writes rows, and cannot migrate.
CREATE OR REPLACE FUNCTION pokerws_grant_server(role name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ours   regclass;
    called regprocedure;
BEGIN
    PERFORM pokerws_admit_to_schema(role);
    FOR ours IN SELECT pokerws_relations() LOOP
        PERFORM pokerws_admit_server(ours, role);
    END LOOP;
    FOR called IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'games'::regclass)
          AND obj_description(oid, 'pg_proc') LIKE 'pokerws: %' AND proname NOT LIKE 'pokerws\_%'
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', called, role);
    END LOOP;
END $$;

-- Admits a reader, such as a dashboard: tables without their snapshots, the log without what happened,
-- accounts and the ledger; no keys, names or sessions. Rights that the role had before are taken away.
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
        'server_keys', 'balances']::regclass[]
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

DO $$
DECLARE
    ours text;
BEGIN
    FOREACH ours IN ARRAY ARRAY[
        'schema_migrations', 'games', 'game_events', 'server_keys', 'accounts', 'transfers',
        'memory_play', 'player_names', 'revoked_sessions', 'balances']
    LOOP
        PERFORM pokerws_secure(ours::regclass);
    END LOOP;
    PERFORM pokerws_secure_function(called::regprocedure, purpose) FROM (VALUES
        ('claim_name(text, text, text, timestamptz, timestamptz)', 'reserves a name for a player'),
        ('games_keep_their_events()', 'refuses to delete a game that has events'),
        ('pokerws_admit(regclass, text, text, text, text, name)', 'lets a role use a table'),
        ('pokerws_admit_server(regclass, name)', 'lets a server use a table'),
        ('pokerws_admit_to_schema(name)', 'lets a role use the schema'),
        ('pokerws_servers()', 'the roles of servers'),
        ('pokerws_relations()', 'our tables and views'),
        ('pokerws_secure(regclass)', 'closes a table or a view'),
        ('pokerws_withdraw(regclass)', 'takes away the rights of everybody'),
        ('pokerws_secure_function(regprocedure, text)', 'closes a function'),
        ('pokerws_close()', 'closes all that is ours again'),
        ('pokerws_grant_server(name)', 'admits a server that does not own the tables'),
        ('pokerws_grant_reader(name)', 'admits a reader, such as a dashboard')
    ) AS ours (called, purpose);
END $$;

INSERT INTO schema_migrations (version, name) VALUES (7, 'row_security') ON CONFLICT DO NOTHING;
COMMIT;
