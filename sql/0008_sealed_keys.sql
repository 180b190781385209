-- The server's own secrets are sealed by the vault, like hidden cards.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

ALTER TABLE server_keys ADD COLUMN IF NOT EXISTS key_id text;
ALTER TABLE server_keys DROP CONSTRAINT IF EXISTS server_keys_key_id_bounded;
ALTER TABLE server_keys ADD CONSTRAINT server_keys_key_id_bounded
    CHECK (octet_length(key_id) BETWEEN 1 AND 64);

COMMENT ON TABLE server_keys IS
    'Secrets of the server, sealed by the vault. Whoever has the vault''s key too can act as any guest.';
COMMENT ON COLUMN server_keys.value IS
    'The sealed secret. Deleting a row makes the server take a new key when it next starts: all '
    'guests'' sessions end.';
COMMENT ON COLUMN server_keys.key_id IS
    'Which key sealed it; NULL for a secret that an older version stored, until a server seals it.';

INSERT INTO schema_migrations (version, name) VALUES (8, 'sealed_keys') ON CONFLICT DO NOTHING;
COMMIT;
