-- How many free chips the guests of each address have had: grants and refills.
--
-- Creates one empty table; nothing else is read or locked.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

-- A bucket that is replenished evenly, stored as the time when it is full again. A full one needs no
-- row, so there is one for each address that was given chips within the last day.
CREATE TABLE IF NOT EXISTS free_chips (
    address text COLLATE "C" PRIMARY KEY,
    full_at timestamptz NOT NULL,
    CONSTRAINT free_chips_address_bounded CHECK (octet_length(address) BETWEEN 1 AND 64)
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS free_chips_full ON free_chips (full_at);
DO $$ BEGIN PERFORM pokerws_secure('free_chips'); END $$;

-- Takes chips that come back within `cost_ms` from an address's allowance. Returns false, with nothing
-- taken, if it has too few. NULL is an address without a limit.
CREATE OR REPLACE FUNCTION take_free_chips(
    taker text, cost_ms bigint, now_ms bigint, whole_ms bigint
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    now_at timestamptz := to_timestamp(now_ms / 1000.0);
    cost   interval    := cost_ms * interval '1 ms';
    most   timestamptz := to_timestamp((now_ms + whole_ms) / 1000.0);
BEGIN
    IF taker IS NULL THEN
        RETURN true;
    ELSIF now_at + cost > most THEN
        RETURN false;
    END IF;
    INSERT INTO free_chips AS held (address, full_at)
    VALUES (taker, now_at + cost)
    ON CONFLICT (address) DO UPDATE SET full_at = greatest(held.full_at, now_at) + cost
    WHERE greatest(held.full_at, now_at) + cost <= most;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM free_chips
    WHERE address IN (
        SELECT address FROM free_chips
        WHERE full_at <= now_at AND address <> taker
        ORDER BY full_at
        LIMIT 10
        FOR UPDATE SKIP LOCKED);
    RETURN true;
END $$;

-- Opens an account if there is none, with a grant if the address may have it. Of concurrent calls the
-- second waits for the first, and changes nothing.
CREATE OR REPLACE FUNCTION open_account(
    account text, chips bigint, now_ms bigint, taker text, cost_ms bigint, whole_ms bigint
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    now_at timestamptz := to_timestamp(now_ms / 1000.0);
BEGIN
    INSERT INTO accounts (id, balance, opened_at) VALUES (account, 0, now_at)
    ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF chips > 0 AND NOT take_free_chips(taker, cost_ms, now_ms, whole_ms) THEN
        RETURN;
    END IF;
    UPDATE accounts SET balance = chips, refilled_at = now_at WHERE id = account;
    IF chips > 0 THEN
        INSERT INTO transfers (at, reason, source, target, amount)
        VALUES (now_at, 'grant', 'house', account, chips);
        UPDATE accounts SET balance = balance - chips WHERE id = 'house';
    END IF;
END $$;

DO $$ BEGIN
    PERFORM pokerws_secure_function(
        'take_free_chips(text, bigint, bigint, bigint)', 'takes free chips from an address''s allowance');
    PERFORM pokerws_secure_function(
        'open_account(text, bigint, bigint, text, bigint, bigint)', 'opens a player''s account');
END $$;

COMMENT ON TABLE free_chips IS
    'The free chips of each address within the last day. A row may be deleted, and the address gets '
    'its chips again.';
COMMENT ON COLUMN free_chips.address IS
    'A keyed hash of the address; without the key of guests'' sessions it cannot be traced back.';
COMMENT ON COLUMN free_chips.full_at IS 'When all the address''s chips have come back.';

INSERT INTO schema_migrations (version, name) VALUES (12, 'free_chips') ON CONFLICT DO NOTHING;
COMMIT;
