-- What operators have done, and chips that they give or take.
--
-- Makes one empty table. Checks one constraint, which reads `transfers` once. Meanwhile it cannot be
-- read (ACCESS EXCLUSIVE).

BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5052081501); END $$;
SET LOCAL statement_timeout = 0;

CREATE TABLE IF NOT EXISTS admin_log (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT now(),
    who       text        NOT NULL,
    role      text        NOT NULL,
    via       text        NOT NULL,
    node      text        NOT NULL,
    command   text        NOT NULL,
    target    text COLLATE "C" NOT NULL DEFAULT '',
    table_id  text COLLATE "C" NOT NULL DEFAULT '',
    reason    text        NOT NULL DEFAULT '',
    arguments text        NOT NULL DEFAULT '',
    result    text        NOT NULL DEFAULT '',
    detail    text        NOT NULL DEFAULT '',
    request   text COLLATE "C" NOT NULL DEFAULT '',
    begun     bigint,
    CONSTRAINT admin_log_who_bounded       CHECK (octet_length(who) BETWEEN 1 AND 256),
    CONSTRAINT admin_log_role_bounded      CHECK (octet_length(role) BETWEEN 1 AND 32),
    CONSTRAINT admin_log_via_bounded       CHECK (octet_length(via) BETWEEN 1 AND 256),
    CONSTRAINT admin_log_node_bounded      CHECK (octet_length(node) <= 1024),
    CONSTRAINT admin_log_command_bounded   CHECK (octet_length(command) BETWEEN 1 AND 64),
    CONSTRAINT admin_log_target_bounded    CHECK (octet_length(target) <= 512),
    CONSTRAINT admin_log_table_id_bounded  CHECK (octet_length(table_id) <= 256),
    CONSTRAINT admin_log_reason_bounded    CHECK (octet_length(reason) <= 1024),
    CONSTRAINT admin_log_arguments_bounded CHECK (octet_length(arguments) <= 8192),
    CONSTRAINT admin_log_result_bounded    CHECK (octet_length(result) <= 64),
    CONSTRAINT admin_log_detail_bounded    CHECK (octet_length(detail) <= 8192),
    CONSTRAINT admin_log_request_bounded   CHECK (octet_length(request) <= 64)
);
-- A request is carried out once.
CREATE UNIQUE INDEX IF NOT EXISTS admin_log_request ON admin_log (request) WHERE request <> '';
CREATE UNIQUE INDEX IF NOT EXISTS admin_log_begun ON admin_log (begun) WHERE begun IS NOT NULL;

-- Rows are added and read, and nothing else. Rights say so to a server that does not own the table,
-- and this to one that does.
CREATE OR REPLACE FUNCTION admin_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of admin_log are never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER IF EXISTS admin_log_stays ON admin_log;
CREATE TRIGGER admin_log_stays BEFORE UPDATE OR DELETE ON admin_log
    FOR EACH STATEMENT EXECUTE FUNCTION admin_log_stays();

CREATE OR REPLACE FUNCTION pokerws_admit_server(ours regclass, role name)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    rights text := 'SELECT, INSERT, UPDATE, DELETE';
BEGIN
    IF (SELECT relname IN ('balances', 'schema_migrations') FROM pg_class WHERE oid = ours) THEN
        rights := 'SELECT';
    ELSIF (SELECT relname = 'admin_log' FROM pg_class WHERE oid = ours) THEN
        rights := 'SELECT, INSERT';
    END IF;
    PERFORM pokerws_admit(ours, 'server', 'ALL', rights, '', role);
END $$;

-- Readers have no access: the log is about persons.
DO $$ BEGIN
    PERFORM pokerws_secure_function(
        'pokerws_admit_server(regclass, name)', 'lets a server use a table');
    PERFORM pokerws_secure('admin_log');
    PERFORM pokerws_secure_function('admin_log_stays()', 'refuses to change rows of the admin log');
END $$;

ALTER TABLE transfers DROP CONSTRAINT IF EXISTS transfers_reason_known;
ALTER TABLE transfers ADD CONSTRAINT transfers_reason_known CHECK (reason IN (
    'grant', 'refill', 'buy_in', 'add_on', 'top_up', 'cash_out', 'refund', 'opening', 'carried',
    'rake', 'adjustment'));

COMMENT ON COLUMN transfers.reason IS
    'grant and refill come from the house; buy_in, add_on and top_up go to a table; cash_out and '
    'refund come back from it; rake goes from a table to the house; adjustment is an operator''s, to '
    'or from the house: admin_log says why; opening is what lay at a table before there were '
    'accounts; carried is the sum of the account''s rows that were pruned.';
COMMENT ON TABLE admin_log IS
    'What operators have done with the admin commands. An action of one transaction is one row. '
    'Others have a row before the action, without a result, and one after it with the result: if '
    'the second is missing, the server ended between them.';
COMMENT ON COLUMN admin_log.at IS 'When it was done or begun.';
COMMENT ON COLUMN admin_log.who IS 'The operator: operator: and the name.';
COMMENT ON COLUMN admin_log.role IS 'viewer, moderator or operator.';
COMMENT ON COLUMN admin_log.via IS
    'How the operator came in: uid and the number of the system''s user, or the session of a token.';
COMMENT ON COLUMN admin_log.node IS 'The server that took the command.';
COMMENT ON COLUMN admin_log.command IS 'The command.';
COMMENT ON COLUMN admin_log.target IS 'The player or network that it was about, if any.';
COMMENT ON COLUMN admin_log.table_id IS 'The table that it was about, if any.';
COMMENT ON COLUMN admin_log.reason IS 'Why, as the operator said.';
COMMENT ON COLUMN admin_log.arguments IS 'The command as JSON.';
COMMENT ON COLUMN admin_log.result IS 'done, the code of a refusal, or empty when it was begun.';
COMMENT ON COLUMN admin_log.detail IS 'The result as JSON, or the text of the refusal.';
COMMENT ON COLUMN admin_log.request IS 'The id by which an adjustment is booked once.';
COMMENT ON COLUMN admin_log.begun IS 'The row with which the action was begun.';

INSERT INTO schema_migrations (version, name) VALUES (24, 'admin_log') ON CONFLICT DO NOTHING;
COMMIT;
