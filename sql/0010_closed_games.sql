-- Lets closed games cost nothing, and be pruned: python server.py prune, or CLOSED_GAMES_DAYS.
--
-- Builds three small indexes and checks one constraint, which reads `games` and `transfers` once.
-- Meanwhile saves wait, as in an outage, and `transfers` cannot be read (SHARE ROW EXCLUSIVE and
-- ACCESS EXCLUSIVE).  60,000 games with 600,000 transfers (0.7 GB) took a second, 200,000 games with
-- 4 million transfers (3 GB) two to four.  The log is not touched.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;
-- The statement time-out is meant for play, not for reading whole tables.
SET LOCAL statement_timeout = 0;

-- Lock in the same order as a save does, to avoid a deadlock.
LOCK TABLE games IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE transfers IN ACCESS EXCLUSIVE MODE;

-- A save is still a HOT update: none of these columns changes but `status`, and that only when a
-- table begins to be played, stops for lack of players, or closes.  A query with
-- status IN ('waiting', 'active') uses the first index by itself.
CREATE INDEX IF NOT EXISTS games_open   ON games (created_at, id) WHERE status <> 'closed';
CREATE INDEX IF NOT EXISTS games_closed ON games (created_at, id) WHERE status = 'closed';

-- `carried` stands for the transfers of an account that were pruned: their sum, to or from the house.
ALTER TABLE transfers DROP CONSTRAINT IF EXISTS transfers_reason_known;
ALTER TABLE transfers ADD CONSTRAINT transfers_reason_known CHECK (reason IN (
    'grant', 'refill', 'buy_in', 'add_on', 'top_up', 'cash_out', 'refund', 'opening', 'carried'));
-- An account has one such row at most, found without reading its others.
CREATE UNIQUE INDEX IF NOT EXISTS transfers_carried
    ON transfers ((CASE source WHEN 'house' THEN target ELSE source END)) WHERE reason = 'carried';

-- A game's row goes first, and its log after it in small parts, so that a prune may be interrupted.
CREATE TABLE IF NOT EXISTS pruned_logs (
    game_id   text COLLATE "C" PRIMARY KEY,
    pruned_at timestamptz NOT NULL
);

CREATE OR REPLACE FUNCTION games_keep_their_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM game_events WHERE game_id = OLD.id)
       AND NOT EXISTS (SELECT FROM pruned_logs WHERE game_id = OLD.id) THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('game %s has events', OLD.id),
            HINT = 'Set its status to closed, or delete its events first.';
    END IF;
    RETURN OLD;
END $$;
DO $$ BEGIN
    PERFORM pokerws_secure('pruned_logs');
    PERFORM pokerws_secure_function(
        'games_keep_their_events()', 'refuses to delete a game that has events');
END $$;

COMMENT ON TABLE pruned_logs IS
    'Games that were pruned, and whose events are still being deleted. Usually empty.';
COMMENT ON COLUMN pruned_logs.game_id IS 'The id that the game had.';
COMMENT ON COLUMN pruned_logs.pruned_at IS 'When its row was deleted.';
COMMENT ON TABLE transfers IS
    'The ledger: every movement of chips, from one account to another. Rows are never changed, but '
    'those of pruned games are replaced by one row an account.';
COMMENT ON COLUMN transfers.reason IS
    'grant and refill come from the house; buy_in, add_on and top_up go to a table; cash_out and '
    'refund come back from it; opening is what lay at a table before there were accounts; carried '
    'is the sum of the account''s rows that were pruned.';

INSERT INTO schema_migrations (version, name) VALUES (10, 'closed_games') ON CONFLICT DO NOTHING;
COMMIT;
