-- The latest lines of chat at each table, which a start finds again.
--
-- Makes one empty table.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

-- Without a reference to `games`: a line may be stored before its table is, or stay after it.
CREATE TABLE IF NOT EXISTS chat_lines (
    game_id     text COLLATE "C" NOT NULL,
    number      bigint NOT NULL,
    player      text COLLATE "C" NOT NULL,
    name        text   NOT NULL,
    text        text   NOT NULL,
    at_ms       bigint NOT NULL,
    public_ms   bigint NOT NULL,
    public_hand bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (game_id, number),
    CONSTRAINT chat_lines_game_id_bounded CHECK (octet_length(game_id) BETWEEN 1 AND 256),
    CONSTRAINT chat_lines_player_bounded  CHECK (octet_length(player) BETWEEN 1 AND 256),
    CONSTRAINT chat_lines_name_bounded    CHECK (octet_length(name) BETWEEN 1 AND 256),
    CONSTRAINT chat_lines_text_bounded    CHECK (octet_length(text) BETWEEN 1 AND 2048)
);
-- Readers have no access: there are unlisted tables, and lines that spectators see later.
DO $$ BEGIN PERFORM pokerws_secure('chat_lines'); END $$;

COMMENT ON TABLE chat_lines IS
    'The latest 200 lines of chat at each open table. Delete the rows of a player to erase them; a '
    'running server knows them until it is restarted.';
COMMENT ON COLUMN chat_lines.game_id IS 'The table.';
COMMENT ON COLUMN chat_lines.number IS
    'The order of the lines: when it was said, in ms UTC, or one more than the line before.';
COMMENT ON COLUMN chat_lines.player IS 'Who said it.';
COMMENT ON COLUMN chat_lines.name IS 'The player''s name at that time.';
COMMENT ON COLUMN chat_lines.text IS 'What was said.';
COMMENT ON COLUMN chat_lines.at_ms IS 'When it was said, in ms UTC.';
COMMENT ON COLUMN chat_lines.public_ms IS
    'From when on viewers without a seat may see it, in ms UTC.';
COMMENT ON COLUMN chat_lines.public_hand IS 'From which hand on they may; 0 for any.';

INSERT INTO schema_migrations (version, name) VALUES (20, 'chat_lines') ON CONFLICT DO NOTHING;
COMMIT;
