-- Splits the event log into 16 partitions by the hash of the game's id, so that each index, vacuum
-- or repair covers a sixteenth. All events of a game are in one partition, found by the id alone.
-- docs/decisions/0012-partitions.md has the reasons.
--
-- Existing events are copied while the log is locked. The same note says how long that takes, and
-- how much disk space it needs.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;
-- The statement time-out is meant for play, not for copying the whole log.
SET LOCAL statement_timeout = 0;

DO $$
DECLARE
    partitions CONSTANT integer := 16;
    made name;
    owned_by name;
    held record;
BEGIN
    -- Migration 16 makes it a view.
    IF (SELECT relkind FROM pg_class WHERE oid = 'game_events'::regclass) <> 'r' THEN
        RETURN;
    END IF;

    -- Lock in the same order as a save does, to avoid a deadlock.
    LOCK TABLE games IN SHARE ROW EXCLUSIVE MODE;
    LOCK TABLE game_events IN ACCESS EXCLUSIVE MODE;

    ALTER TABLE game_events RENAME TO game_events_whole;
    ALTER INDEX game_events_pkey RENAME TO game_events_whole_pkey;
    CREATE TABLE game_events (
        game_id     text COLLATE "C" CONSTRAINT game_events_game_id_not_null     NOT NULL,
        seq         bigint           CONSTRAINT game_events_seq_not_null         NOT NULL,
        hand_number bigint           CONSTRAINT game_events_hand_number_not_null NOT NULL,
        type        text             CONSTRAINT game_events_type_not_null        NOT NULL,
        payload     text             CONSTRAINT game_events_payload_not_null     NOT NULL,
        at          timestamptz      CONSTRAINT game_events_at_not_null          NOT NULL,
        CONSTRAINT game_events_seq_counts         CHECK (seq >= 1),
        CONSTRAINT game_events_hand_number_counts CHECK (hand_number >= 0),
        CONSTRAINT game_events_type_bounded       CHECK (octet_length(type) BETWEEN 1 AND 64),
        CONSTRAINT game_events_payload_bounded    CHECK (octet_length(payload) BETWEEN 2 AND 1048576)
    ) PARTITION BY HASH (game_id);
    -- Keep owner and grants: they may belong to an operator's account.
    SELECT pg_get_userbyid(relowner) INTO owned_by
    FROM pg_class WHERE oid = 'game_events_whole'::regclass;
    EXECUTE format('ALTER TABLE game_events OWNER TO %I', owned_by);
    FOR number IN 0 .. partitions - 1 LOOP
        made := 'game_events_p' || lpad(number::text, 2, '0');
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF game_events FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
            made, partitions, number
        );
        EXECUTE format('ALTER TABLE %I OWNER TO %I', made, owned_by);
    END LOOP;
    FOR held IN
        SELECT privilege_type,
               CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS grantee,
               CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS further
        FROM pg_class, aclexplode(relacl)
        WHERE oid = 'game_events_whole'::regclass AND grantee <> relowner
    LOOP
        EXECUTE format(
            'GRANT %s ON game_events TO %s%s', held.privilege_type, held.grantee, held.further);
    END LOOP;

    -- Create keys after the copy: one sort costs a fraction of so many index insertions.
    INSERT INTO game_events (game_id, seq, hand_number, type, payload, at)
    SELECT game_id, seq, hand_number, type, payload, at FROM game_events_whole;
    DROP TABLE game_events_whole;
    ALTER TABLE game_events ADD CONSTRAINT game_events_pkey PRIMARY KEY (game_id, seq);
END $$;

-- Replaces a foreign key, whose look-up per event would cost a fifth of a save. A save ensures that
-- each event has its game; this trigger prevents deleting a game that still has events.
CREATE OR REPLACE FUNCTION games_keep_their_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM game_events WHERE game_id = OLD.id) THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('game %s has events', OLD.id),
            HINT = 'Set its status to closed, or delete its events first.';
    END IF;
    RETURN OLD;
END $$;
CREATE OR REPLACE TRIGGER games_keep_their_events
    BEFORE DELETE ON games FOR EACH ROW EXECUTE FUNCTION games_keep_their_events();

-- Migration 16 makes it a view.
DO $$ BEGIN
    COMMENT ON TABLE game_events IS
        'Everything that happened at each table, in order. Replayed, it gives the snapshot in games. '
        'Seqs are missing where events were not kept; a log_restarted event then stands for them.';
EXCEPTION WHEN wrong_object_type THEN
    NULL;
END $$;
COMMENT ON COLUMN game_events.seq IS 'The number of the event at its table, from 1.';
COMMENT ON COLUMN game_events.hand_number IS 'The hand that the event belongs to; 0 before the first.';
COMMENT ON COLUMN game_events.type IS 'What happened, in the past tense, like hand_started.';
COMMENT ON COLUMN game_events.payload IS 'The whole event as JSON. It may hold cards of a live hand.';
COMMENT ON COLUMN game_events.at IS 'When it happened.';

INSERT INTO schema_migrations (version, name) VALUES (3, 'event_partitions') ON CONFLICT DO NOTHING;
COMMIT;
