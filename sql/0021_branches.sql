-- Lets viewers go on with a table's numbers when another server, or the same after a restart, plays it.
--
-- `epoch` is the fence between servers, and raised at each claim. What viewers compare is the branch
-- of the log, which changes only if events may have been shown that are not in the log.
-- docs/decisions/0081-fence-and-branch.md has the reasons. Adds two columns without a default, which
-- reads no rows. Saves wait meanwhile: for a moment, or while a dump is running (ACCESS EXCLUSIVE).

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

-- NULL: the branch began with the first epoch, or in an older release. Only claims change it.
ALTER TABLE games ADD COLUMN IF NOT EXISTS branch bigint;
-- NULL for a server of an older release, and where it cannot be told.
ALTER TABLE owners ADD COLUMN IF NOT EXISTS timeline text;

-- Which cluster, database and timeline this is. Another one may be an older copy, so that events are
-- missing which viewers have seen. NULL if the role may not know.
CREATE OR REPLACE FUNCTION database_timeline() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT system_identifier FROM pg_control_system())
        || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())
        || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8);
EXCEPTION WHEN insufficient_privilege THEN
    RETURN NULL;
END $$;

-- A reader of before has no right to the new columns yet.
DO $$
DECLARE
    reader name;
BEGIN
    PERFORM pokerws_secure_function('database_timeline()', 'tells an older copy of the database');
    FOR reader IN
        SELECT rolname FROM pg_policy JOIN pg_roles ON pg_roles.oid = ANY (polroles)
        WHERE polrelid = 'games'::regclass AND polname = 'reader'
    LOOP
        PERFORM pokerws_grant_reader(reader);
    END LOOP;
END $$;

COMMENT ON COLUMN games.branch IS
    'What viewers compare to see whether the numbers of events go on. NULL: as the epoch. A claim '
    'changes it if events may have been shown that are not in the log.';
COMMENT ON COLUMN owners.timeline IS
    'Cluster, database and timeline at the start. If these change, the database may be an older copy.';

INSERT INTO schema_migrations (version, name) VALUES (21, 'branches') ON CONFLICT DO NOTHING;
COMMIT;
