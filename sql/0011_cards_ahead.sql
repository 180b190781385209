-- Lets the next owner of a table know that cards may have been shown which are not stored.
--
-- In dual-write a server plays on while the database is away, and shows cards ahead of it. If it
-- dies then, the hand that is stored must not go on: the same cards would come again.
-- docs/decisions/0037-cards-ahead.md has the reasons. Adds two columns without a default, which
-- reads no rows. Saves wait meanwhile: for a moment, or while a dump is running (ACCESS EXCLUSIVE).

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

-- NULL for a server of an older release: it may have.
ALTER TABLE owners ADD COLUMN IF NOT EXISTS runs_ahead boolean;

-- A claim sets it, and each save clears it. No index has it, so saves stay HOT updates.
ALTER TABLE games ADD COLUMN IF NOT EXISTS doubted_owners text[] COLLATE "C";

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

COMMENT ON COLUMN owners.runs_ahead IS
    'Whether it shows cards ahead of the database in an outage (dual-write). NULL: not known.';
COMMENT ON COLUMN owners.ended_why IS
    'Why it ended: stopped, stopped early (with changes not stored), lease over, or process gone.';
COMMENT ON COLUMN games.doubted_owners IS
    'Earlier owners that may have shown cards of the hand in play which are not stored; * if one has '
    'for certain. NULL from the next save on.';

INSERT INTO schema_migrations (version, name) VALUES (11, 'cards_ahead') ON CONFLICT DO NOTHING;
COMMIT;
