-- Sanctions: what operators have forbidden to players and addresses, and until when.
--
-- Makes one empty table.

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;

CREATE TABLE IF NOT EXISTS sanctions (
    kind       text COLLATE "C" NOT NULL,
    target     text COLLATE "C" NOT NULL,
    table_id   text COLLATE "C" NOT NULL DEFAULT '',
    until_at   timestamptz NOT NULL,
    since      timestamptz NOT NULL,
    imposed_by text        NOT NULL,
    reason     text        NOT NULL DEFAULT '',
    PRIMARY KEY (kind, target, table_id),
    CONSTRAINT sanctions_kind_bounded       CHECK (octet_length(kind) BETWEEN 1 AND 32),
    CONSTRAINT sanctions_target_bounded     CHECK (octet_length(target) BETWEEN 1 AND 256),
    CONSTRAINT sanctions_table_id_bounded   CHECK (octet_length(table_id) <= 64),
    CONSTRAINT sanctions_imposed_by_bounded CHECK (octet_length(imposed_by) BETWEEN 1 AND 256),
    CONSTRAINT sanctions_reason_bounded     CHECK (octet_length(reason) <= 1024)
);
CREATE INDEX IF NOT EXISTS sanctions_until ON sanctions (until_at);
-- Readers have no access: addresses and reasons are about persons.
DO $$ BEGIN PERFORM pokerws_secure('sanctions'); END $$;

COMMENT ON TABLE sanctions IS
    'What operators have forbidden, to whom, and until when. A row may be deleted: servers learn of '
    'it within a minute.';
COMMENT ON COLUMN sanctions.kind IS
    'ban, address_ban, mute, kick, or end_session: tokens of the player from before `since` are '
    'refused.';
COMMENT ON COLUMN sanctions.target IS 'A player''s id, or a network for address_ban.';
COMMENT ON COLUMN sanctions.table_id IS 'The table of a kick; otherwise empty.';
COMMENT ON COLUMN sanctions.until_at IS 'When it ends by itself; the row is of no use then.';
COMMENT ON COLUMN sanctions.since IS 'When it was imposed.';
COMMENT ON COLUMN sanctions.imposed_by IS 'The operator who imposed it.';
COMMENT ON COLUMN sanctions.reason IS 'The reason, as the player is told.';

INSERT INTO schema_migrations (version, name) VALUES (14, 'sanctions') ON CONFLICT DO NOTHING;
COMMIT;
