-- Lets a server give a table to another living one, without ending itself.
--
-- Who holds a table is `coalesce(given_to, owner_incarnation)`: only the holder may claim it while it
-- lives. The owner stays the one that wrote last, so that the claim can tell whether the log has all
-- that viewers have seen. docs/decisions/0084-giving-tables.md has the reasons. Adds a column without
-- a default, and an index that stays small, for which all games are read once. Saves wait meanwhile:
-- for a moment, or while a dump is running (ACCESS EXCLUSIVE).

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

-- Only giving and claiming change it, so saves stay HOT updates.
ALTER TABLE games ADD COLUMN IF NOT EXISTS given_to text COLLATE "C";
CREATE INDEX IF NOT EXISTS games_given ON games (given_to) WHERE given_to IS NOT NULL;

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

COMMENT ON COLUMN games.given_to IS
    'The incarnation that the owner has given the table to, until that claims it: nobody else may '
    'claim the table while it lives. NULL: the owner holds it.';

INSERT INTO schema_migrations (version, name) VALUES (22, 'given_tables') ON CONFLICT DO NOTHING;
COMMIT;
