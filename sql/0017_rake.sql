-- Lets a table pay rake: a transfer to the account of the house.
--
-- Checks one constraint, which reads `transfers` once. Meanwhile it cannot be read (ACCESS EXCLUSIVE).

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;
SET LOCAL statement_timeout = 0;

ALTER TABLE transfers DROP CONSTRAINT IF EXISTS transfers_reason_known;
ALTER TABLE transfers ADD CONSTRAINT transfers_reason_known CHECK (reason IN (
    'grant', 'refill', 'buy_in', 'add_on', 'top_up', 'cash_out', 'refund', 'opening', 'carried',
    'rake'));

COMMENT ON COLUMN transfers.reason IS
    'grant and refill come from the house; buy_in, add_on and top_up go to a table; cash_out and '
    'refund come back from it; rake goes from a table to the house; opening is what lay at a table '
    'before there were accounts; carried is the sum of the account''s rows that were pruned.';

INSERT INTO schema_migrations (version, name) VALUES (17, 'rake') ON CONFLICT DO NOTHING;
COMMIT;
