-- What players keep about others: a note, a colour, and whether they hear their chat.
--
-- Makes one empty table.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

CREATE TABLE IF NOT EXISTS player_notes (
    owner  text COLLATE "C" NOT NULL,
    player text COLLATE "C" NOT NULL,
    text   text    NOT NULL DEFAULT '',
    colour text    NOT NULL DEFAULT '',
    muted  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (owner, player),
    CONSTRAINT player_notes_owner_bounded  CHECK (octet_length(owner) BETWEEN 1 AND 256),
    CONSTRAINT player_notes_player_bounded CHECK (octet_length(player) BETWEEN 1 AND 256),
    CONSTRAINT player_notes_text_bounded   CHECK (octet_length(text) <= 2048),
    CONSTRAINT player_notes_colour_bounded CHECK (octet_length(colour) <= 16)
);
-- Readers have no access: notes are private.
DO $$ BEGIN PERFORM pokerws_secure('player_notes'); END $$;

COMMENT ON TABLE player_notes IS
    'What players have noted about others, for themselves alone. Delete the rows of an owner to erase '
    'them; a running server knows mutes until it is restarted.';
COMMENT ON COLUMN player_notes.owner IS 'The player who has made the note.';
COMMENT ON COLUMN player_notes.player IS 'The player whom it is about.';
COMMENT ON COLUMN player_notes.text IS 'The note; empty for none.';
COMMENT ON COLUMN player_notes.colour IS 'The colour of its mark; empty for none.';
COMMENT ON COLUMN player_notes.muted IS 'Whether the owner hears nothing from the player.';

INSERT INTO schema_migrations (version, name) VALUES (19, 'player_notes') ON CONFLICT DO NOTHING;
COMMIT;
