-- The server's own secrets, created on first use.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

CREATE TABLE IF NOT EXISTS server_keys (
    name  text COLLATE "C" PRIMARY KEY,
    value text NOT NULL,
    CONSTRAINT server_keys_name_bounded  CHECK (octet_length(name) BETWEEN 1 AND 64),
    CONSTRAINT server_keys_value_bounded CHECK (octet_length(value) BETWEEN 32 AND 1024)
);

COMMENT ON TABLE server_keys IS
    'Secrets of the server. Whoever reads them can act as any guest; keep them out of dumps.';
COMMENT ON COLUMN server_keys.name IS 'What the key is for: session signs the sessions of guests.';
COMMENT ON COLUMN server_keys.value IS
    'The secret. Deleting a row makes the server take a new key when it next starts.';

INSERT INTO schema_migrations (version, name) VALUES (2, 'server_keys') ON CONFLICT DO NOTHING;
COMMIT;
