-- From which address players were connected, and when, for a look at fair play.
--
-- Makes one empty table. Rows are deleted CONNECTION_DAYS after their start.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

CREATE TABLE IF NOT EXISTS connections (
    id       text COLLATE "C" PRIMARY KEY,
    player   text COLLATE "C" NOT NULL,
    address  text COLLATE "C" NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT connections_id_bounded      CHECK (octet_length(id) BETWEEN 1 AND 64),
    CONSTRAINT connections_player_bounded  CHECK (octet_length(player) BETWEEN 1 AND 256),
    CONSTRAINT connections_address_bounded CHECK (octet_length(address) BETWEEN 1 AND 64)
);
CREATE INDEX IF NOT EXISTS connections_player ON connections (player, began_at);
CREATE INDEX IF NOT EXISTS connections_address ON connections (address, began_at);
CREATE INDEX IF NOT EXISTS connections_began ON connections (began_at);
-- Readers have no access: addresses are about persons.
DO $$ BEGIN PERFORM pokerws_secure('connections'); END $$;

COMMENT ON TABLE connections IS
    'Connections of players, for CONNECTION_DAYS. Delete the rows of a player to erase them.';
COMMENT ON COLUMN connections.id IS 'A random id.';
COMMENT ON COLUMN connections.player IS 'Who was connected.';
COMMENT ON COLUMN connections.address IS
    'The client''s address, as limits count it: of IPv6, the network of 64 bits.';
COMMENT ON COLUMN connections.began_at IS 'When the player said hello.';
COMMENT ON COLUMN connections.ended_at IS
    'When the connection ended; NULL if it lasts, or its server was killed.';

INSERT INTO schema_migrations (version, name) VALUES (23, 'connections') ON CONFLICT DO NOTHING;
COMMIT;
