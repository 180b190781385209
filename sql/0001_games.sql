-- Games and their events.
--
-- Apply with `psql -f`, with `python server.py migrate`, or by starting the server: the result is the
-- same, and applying it again changes nothing. The file is one transaction, so an error leaves
-- nothing behind. All migrations take one lock.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

CREATE TABLE IF NOT EXISTS schema_migrations (
    version    integer     PRIMARY KEY,
    name       text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- A save must be a HOT update, which touches one page and no index. So the snapshot is text instead
-- of jsonb, the fill factor is 50, and no index contains a column that a save changes. A row is
-- stored in line up to 4080 bytes.
CREATE TABLE IF NOT EXISTS games (
    id          text COLLATE "C" PRIMARY KEY,
    name        text        NOT NULL,
    status      text        NOT NULL,
    variant     text        NOT NULL,
    players     integer     NOT NULL,
    hand_number bigint      NOT NULL,
    total_pot   bigint      NOT NULL,
    version     bigint      NOT NULL,
    epoch       bigint      NOT NULL,
    snapshot    text        NOT NULL,
    config      text        NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT games_id_bounded          CHECK (octet_length(id) BETWEEN 1 AND 256),
    CONSTRAINT games_name_bounded        CHECK (octet_length(name) BETWEEN 1 AND 256),
    CONSTRAINT games_status_known        CHECK (status IN ('waiting', 'active', 'closed', 'quarantined')),
    CONSTRAINT games_variant_bounded     CHECK (octet_length(variant) BETWEEN 1 AND 64),
    CONSTRAINT games_players_count       CHECK (players >= 0),
    CONSTRAINT games_hand_number_counts  CHECK (hand_number >= 0),
    CONSTRAINT games_total_pot_counts    CHECK (total_pot >= 0),
    CONSTRAINT games_version_counts      CHECK (version >= 0),
    CONSTRAINT games_epoch_counts        CHECK (epoch >= 0),
    CONSTRAINT games_snapshot_bounded    CHECK (octet_length(snapshot) BETWEEN 2 AND 1048576),
    CONSTRAINT games_config_bounded      CHECK (octet_length(config) BETWEEN 2 AND 65536)
) WITH (fillfactor = 50, toast_tuple_target = 4080);
-- Compressing a snapshot of 5 kB would cost two fifths of its save.  Migration 15 moves it away.
DO $$ BEGIN
    ALTER TABLE games ALTER COLUMN snapshot SET STORAGE EXTERNAL;
    COMMENT ON COLUMN games.snapshot IS
        'The table''s state as JSON; cast it to jsonb to look inside. It holds the cards of a live hand.';
EXCEPTION WHEN undefined_column THEN
    NULL;
END $$;

CREATE TABLE IF NOT EXISTS game_events (
    game_id     text COLLATE "C" NOT NULL REFERENCES games (id),
    seq         bigint      NOT NULL,
    hand_number bigint      NOT NULL,
    type        text        NOT NULL,
    payload     text        NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (game_id, seq),
    CONSTRAINT game_events_seq_counts         CHECK (seq >= 1),
    CONSTRAINT game_events_hand_number_counts CHECK (hand_number >= 0),
    CONSTRAINT game_events_type_bounded       CHECK (octet_length(type) BETWEEN 1 AND 64),
    CONSTRAINT game_events_payload_bounded    CHECK (octet_length(payload) BETWEEN 2 AND 1048576)
);

COMMENT ON TABLE schema_migrations IS 'Which files of sql/ have been applied to this database.';
COMMENT ON COLUMN schema_migrations.version IS 'The number that the file''s name starts with.';
COMMENT ON COLUMN schema_migrations.name IS 'The rest of the file''s name.';

COMMENT ON TABLE games IS
    'One row a table, with its newest state. The server that plays a table writes its row alone.';
COMMENT ON COLUMN games.id IS 'The table''s id, as in the protocol.';
COMMENT ON COLUMN games.name IS 'The table''s name, as players see it.';
COMMENT ON COLUMN games.status IS
    'waiting (for players), active (hands are being played), closed (over for good) or quarantined '
    '(not to be loaded until someone has looked at it). The server loads waiting and active tables.';
COMMENT ON COLUMN games.variant IS 'The game being played: NT is no-limit Texas hold''em.';
COMMENT ON COLUMN games.players IS 'How many seats are taken.';
COMMENT ON COLUMN games.hand_number IS 'The hand in play, or the latest one; 0 before the first.';
COMMENT ON COLUMN games.total_pot IS
    'Chips, in the smallest unit, that are in the pots and bets of the hand in play.';
COMMENT ON COLUMN games.version IS
    'The seq of the last event in the snapshot. A save must name the version that it follows.';
COMMENT ON COLUMN games.epoch IS
    'How often a server has taken the table over. A server that holds an older epoch cannot save.';
COMMENT ON COLUMN games.config IS 'What the table was opened with, as JSON: seats, blinds, times.';
COMMENT ON COLUMN games.created_at IS 'When the table was opened.';
COMMENT ON COLUMN games.updated_at IS 'When the last change in the snapshot happened.';

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

INSERT INTO schema_migrations (version, name) VALUES (1, 'games') ON CONFLICT DO NOTHING;
COMMIT;
