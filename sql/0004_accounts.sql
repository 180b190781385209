-- Play-money accounts, the ledger of transfers, and the balance of each table.
--
-- Every chip is in one place: a player's account, a table, or the account `house`, which grants chips
-- and is negative. A transfer takes from one account what it gives to another, so the sum over all
-- accounts is always zero.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

CREATE TABLE IF NOT EXISTS accounts (
    id          text COLLATE "C" PRIMARY KEY,
    balance     bigint      NOT NULL,
    opened_at   timestamptz NOT NULL,
    refilled_at timestamptz,
    CONSTRAINT accounts_id_known        CHECK (id = 'house' OR id LIKE 'player:_%'),
    CONSTRAINT accounts_id_bounded      CHECK (octet_length(id) <= 300),
    CONSTRAINT accounts_balance_covered CHECK (balance >= 0 OR id = 'house')
) WITH (fillfactor = 70);

CREATE TABLE IF NOT EXISTS transfers (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    reason  text        NOT NULL,
    source  text COLLATE "C" NOT NULL,
    target  text COLLATE "C" NOT NULL,
    amount  bigint      NOT NULL,
    game_id text COLLATE "C" REFERENCES games (id),
    seq     bigint,
    CONSTRAINT transfers_reason_known CHECK (reason IN (
        'grant', 'refill', 'buy_in', 'add_on', 'top_up', 'cash_out', 'refund', 'opening')),
    CONSTRAINT transfers_two_accounts CHECK (source <> target),
    CONSTRAINT transfers_amount_moves CHECK (amount > 0),
    CONSTRAINT transfers_table_named  CHECK ((game_id IS NULL) = (seq IS NULL)),
    CONSTRAINT transfers_from_table   CHECK (source NOT LIKE 'table:%' OR source = 'table:' || game_id),
    CONSTRAINT transfers_to_table     CHECK (target NOT LIKE 'table:%' OR target = 'table:' || game_id)
);
CREATE INDEX IF NOT EXISTS transfers_source ON transfers (source, id);
CREATE INDEX IF NOT EXISTS transfers_target ON transfers (target, id);
-- An event moves chips once, however often it is written.
CREATE UNIQUE INDEX IF NOT EXISTS transfers_event ON transfers (game_id, seq) WHERE game_id IS NOT NULL;

INSERT INTO accounts (id, balance, opened_at) VALUES ('house', 0, now()) ON CONFLICT DO NOTHING;

ALTER TABLE games ADD COLUMN IF NOT EXISTS chips   bigint;
ALTER TABLE games ADD COLUMN IF NOT EXISTS balance bigint;
ALTER TABLE games ADD COLUMN IF NOT EXISTS key_id  text;

-- Chips of tables older than accounts come from `house`. A table with an unreadable snapshot is
-- quarantined, and has no chips until it is repaired.
DO $$
DECLARE
    game  record;
    there bigint;
BEGIN
    -- Migration 15 moves the snapshots away.
    IF EXISTS (SELECT FROM schema_migrations WHERE name = 'accounts') THEN
        RETURN;
    END IF;
    FOR game IN SELECT id, version, total_pot, snapshot FROM games WHERE chips IS NULL LOOP
        BEGIN
            SELECT game.total_pot + coalesce(sum((seat ->> 'stack')::bigint), 0) INTO STRICT there
            FROM jsonb_array_elements(game.snapshot::jsonb -> 'table' -> 'seats') AS seat
            WHERE jsonb_typeof(seat) = 'object';
            -- Old receipts are dropped, since their form has changed. So a command resent across
            -- this upgrade may be carried out twice.
            UPDATE games
            SET chips = there, balance = there,
                snapshot = jsonb_set(game.snapshot::jsonb, '{receipts}', '{}')::text
            WHERE id = game.id;
            IF there > 0 THEN
                INSERT INTO transfers (at, reason, source, target, amount, game_id, seq)
                VALUES (now(), 'opening', 'house', 'table:' || game.id, there, game.id, game.version);
                UPDATE accounts SET balance = balance - there WHERE id = 'house';
            END IF;
        EXCEPTION WHEN data_exception OR check_violation THEN
            UPDATE games SET chips = 0, balance = 0, status = CASE
                WHEN status IN ('waiting', 'active') THEN 'quarantined' ELSE status END
            WHERE id = game.id;
        END;
    END LOOP;
END $$;

-- Add the owner of the chips to the event: the player who last sat down there.
DO $$
DECLARE
    added record;
BEGIN
    -- Once is enough, and a log may be long.
    IF EXISTS (SELECT FROM schema_migrations WHERE name = 'accounts') THEN
        RETURN;
    END IF;
    FOR added IN
        SELECT game_id, seq, payload FROM game_events
        WHERE type = 'chips_added' AND payload NOT LIKE '%"player"%'
    LOOP
        BEGIN
            UPDATE game_events
            SET payload = (added.payload::jsonb || jsonb_build_object('player', (
                SELECT sat.payload::jsonb -> 'player'
                FROM game_events AS sat
                WHERE sat.game_id = added.game_id AND sat.seq < added.seq AND sat.type = 'player_sat'
                  AND sat.payload::jsonb -> 'seat' = added.payload::jsonb -> 'seat'
                ORDER BY sat.seq DESC
                LIMIT 1)))::text
            WHERE game_id = added.game_id AND seq = added.seq;
        EXCEPTION WHEN data_exception THEN
            RAISE NOTICE 'event % of game % is left as it is', added.seq, added.game_id;
        END;
    END LOOP;
END $$;

ALTER TABLE games ALTER COLUMN chips SET NOT NULL;
ALTER TABLE games ALTER COLUMN balance SET NOT NULL;
ALTER TABLE games DROP CONSTRAINT IF EXISTS games_chips_conserved;
ALTER TABLE games ADD CONSTRAINT games_chips_conserved CHECK (chips = balance AND chips >= 0);
ALTER TABLE games DROP CONSTRAINT IF EXISTS games_key_id_bounded;
ALTER TABLE games ADD CONSTRAINT games_key_id_bounded
    CHECK (octet_length(key_id) BETWEEN 1 AND 64);

-- All accounts with chips. They always sum to zero.
CREATE OR REPLACE VIEW balances AS
    SELECT id AS account, balance FROM accounts
    UNION ALL
    SELECT 'table:' || id, balance FROM games;

COMMENT ON TABLE accounts IS
    'What each player has in play money, beside the chips at tables. The house gives chips out.';
COMMENT ON COLUMN accounts.id IS 'player: and the player''s id, or house.';
COMMENT ON COLUMN accounts.balance IS 'Chips, in the smallest unit: the sum of the account''s transfers.';
COMMENT ON COLUMN accounts.opened_at IS 'When the account was opened.';
COMMENT ON COLUMN accounts.refilled_at IS 'When the house last gave chips to it.';
COMMENT ON TABLE transfers IS
    'The ledger: every movement of chips, from one account to another. Rows are never changed.';
COMMENT ON COLUMN transfers.at IS 'When the chips moved.';
COMMENT ON COLUMN transfers.reason IS
    'grant and refill come from the house; buy_in, add_on and top_up go to a table; cash_out and '
    'refund come back from it; opening is what lay at a table before there were accounts.';
COMMENT ON COLUMN transfers.source IS 'The account that the chips left: house, player:… or table:…';
COMMENT ON COLUMN transfers.target IS 'The account that they came to.';
COMMENT ON COLUMN transfers.amount IS 'How many, in the smallest unit.';
COMMENT ON COLUMN transfers.game_id IS 'The table they went to or came from.';
COMMENT ON COLUMN transfers.seq IS 'The event of the table that moved them.';
COMMENT ON COLUMN games.chips IS 'All chips at the table, as its snapshot has them: stacks and pots.';
COMMENT ON COLUMN games.balance IS
    'All chips at the table by the ledger. A save that makes or loses a chip breaks a constraint.';
COMMENT ON COLUMN games.key_id IS
    'Which key sealed the secret cards of the snapshot; NULL where it holds none.';
DO $$ BEGIN
    COMMENT ON COLUMN games.snapshot IS
        'The table''s state as JSON; cast it to jsonb to look inside. Cards that nobody may see yet are sealed.';
EXCEPTION WHEN undefined_column THEN
    NULL;
END $$;
COMMENT ON COLUMN game_events.payload IS
    'The whole event as JSON. Cards that were not shown are sealed.';
COMMENT ON VIEW balances IS 'All that has chips: players, the house and tables. The sum is zero.';

INSERT INTO schema_migrations (version, name) VALUES (4, 'accounts') ON CONFLICT DO NOTHING;
COMMIT;
