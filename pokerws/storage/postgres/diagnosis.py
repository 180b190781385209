"""Facts about a database and the connected role, for an operator's diagnosis.

Every statement only reads.  The caller judges the facts.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pokerws.storage.postgres.connecting import Connection

# Roles of an API gateway that stand for anybody, and what PostgreSQL calls everybody.
OUTSIDERS = ("anon", "authenticated")

SERVER = """
SELECT current_setting('server_version_num')::int / 10000 AS major,
       current_setting('server_version') AS version,
       current_setting('server_encoding') AS encoding,
       current_setting('fsync') = 'on' AS is_synced,
       current_user::text AS role, current_database()::text AS database,
       coalesce(current_schema()::text, '') AS schema
"""
CLOCK = "SELECT round(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
# A limit of -1 is none.  Superusers have no limits of their own, and use the reserved connections.
CONNECTIONS = """
WITH activity AS (
    SELECT usename, datname, usename = session_user AND application_name LIKE 'pokerws%' AS is_ours
    FROM pg_stat_activity WHERE datname IS NOT NULL AND pid <> pg_backend_pid()
)
SELECT CASE WHEN rolsuper THEN -1 ELSE rolconnlimit END AS role_limit,
       (SELECT count(*) FROM activity WHERE usename = session_user) AS role_used,
       CASE WHEN rolsuper THEN -1 ELSE datconnlimit END AS database_limit,
       (SELECT count(*) FROM activity WHERE datname = current_database()) AS database_used,
       current_setting('max_connections')::int - CASE WHEN rolsuper THEN 0 ELSE
           current_setting('superuser_reserved_connections')::int
           + coalesce(current_setting('reserved_connections', true)::int, 0) END AS server_limit,
       (SELECT count(*) FROM activity) AS server_used,
       (SELECT count(*) FROM activity WHERE is_ours) AS ours
FROM pg_roles, pg_database
WHERE rolname = session_user AND datname = current_database()
"""
# `$1` are the names of our tables.  Their partitions can be named in a query as well.
_OURS = """
SELECT pg_class.oid, relname, relnamespace, relowner, relacl, relrowsecurity, relispartition
FROM pg_class
WHERE relkind IN ('r', 'p')
  AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('games'))
  AND (relname = ANY ($1::text[]) OR EXISTS (
      SELECT FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent
      WHERE inhrelid = pg_class.oid AND parent.relname = ANY ($1::text[])))
"""
TABLES = f"""
SELECT relname::text AS name, pg_get_userbyid(relowner)::text AS owner,
       pg_has_role(relowner, 'USAGE') AS is_owned, relrowsecurity AS has_row_security,
       has_table_privilege(oid, 'SELECT') AND (relname = 'schema_migrations'
           OR has_table_privilege(oid, 'INSERT')
              AND (relname = 'transfers' OR has_table_privilege(oid, 'UPDATE'))) AS is_usable,
       relispartition AS is_partition
FROM ({_OURS}) AS ours
ORDER BY relname
"""  # noqa: S608  both parts are constants
OPEN_TO_OUTSIDERS = f"""
WITH ours AS ({_OURS}), outsiders AS (
    SELECT 0::oid AS id, 'PUBLIC' AS name
    UNION ALL SELECT oid, rolname FROM pg_roles WHERE rolname = ANY ($2::text[])
)
SELECT outsiders.name AS role, array_agg(relname::text ORDER BY relname) AS tables
FROM ours, outsiders
WHERE CASE id
          WHEN 0 THEN EXISTS (SELECT FROM aclexplode(relacl)
                              WHERE grantee = 0 AND privilege_type = 'SELECT')
          ELSE has_schema_privilege(id, relnamespace, 'USAGE')
               AND has_any_column_privilege(id, ours.oid, 'SELECT') END
  AND (NOT relrowsecurity OR EXISTS (
      SELECT FROM pg_policy
      WHERE polrelid = ours.oid AND polpermissive AND polcmd IN ('*', 'r')
        AND pg_get_expr(polqual, polrelid) IS DISTINCT FROM 'false'
        AND (0 = ANY (polroles) OR id = ANY (polroles))))
GROUP BY outsiders.name
ORDER BY outsiders.name
"""  # noqa: S608  likewise

STATEMENTS = (SERVER, CLOCK, CONNECTIONS, TABLES, OPEN_TO_OUTSIDERS)


class ServerFacts(NamedTuple):
    """What the server is, and who the connection is there; `schema` may be empty."""

    major: int
    version: str
    encoding: str
    is_synced: bool
    role: str
    database: str
    schema: str


class Budget(NamedTuple):
    """Connections that may be open by one limit, and those that are, without the asking one."""

    of: str
    limit: int
    used: int


class TableFacts(NamedTuple):
    """One of our tables, or a partition of one, as the connected role finds it."""

    name: str
    owner: str
    is_owned: bool
    has_row_security: bool
    is_usable: bool
    is_partition: bool


async def server_facts(connection: Connection) -> ServerFacts:
    """Version, encoding, role and the like."""
    row = await connection.fetchrow(SERVER)
    if row is None:
        raise RuntimeError("a SELECT without FROM has a row")
    return ServerFacts(*row.values())


async def clock_ms(connection: Connection) -> int:
    """The server's wall clock, in milliseconds UTC."""
    now_ms: int = await connection.fetchval(CLOCK)
    return now_ms


async def connection_budgets(connection: Connection) -> tuple[list[Budget], int]:
    """The limits of role, database and server; and how many of the used ones are pokerws's."""
    row = await connection.fetchrow(CONNECTIONS)
    if row is None:
        raise RuntimeError("the connected role and database exist")
    budgets = [
        Budget(of, row[f"{of}_limit"], row[f"{of}_used"])
        for of in ("role", "database", "server")
        if row[f"{of}_limit"] >= 0
    ]
    return budgets, row["ours"]


async def table_facts(connection: Connection, names: Sequence[str]) -> list[TableFacts]:
    """Those of our tables that there are, and their partitions."""
    return [TableFacts(*row.values()) for row in await connection.fetch(TABLES, names)]


async def open_to_outsiders(connection: Connection, names: Sequence[str]) -> dict[str, list[str]]:
    """Roles that stand for anybody, with those of our tables whose rows they can read."""
    rows = await connection.fetch(OPEN_TO_OUTSIDERS, names, OUTSIDERS)
    return {row["role"]: row["tables"] for row in rows}
