"""What the connected role may do with the tables, and how another role is admitted.

Row level security closes the tables to all but their owner and admitted roles; the functions are
in `sql/0007_row_security.sql`.  A role that it stops sees no rows and gets no error, so this module
asks before anybody takes that for an empty database.
"""

from collections.abc import Sequence
from typing import Literal

import asyncpg
import structlog

from pokerws.program import PROGRAM
from pokerws.storage.errors import RightsMissing
from pokerws.storage.postgres.connecting import Connection

# Before migration 7 no table has the policy, and there is nothing to check.  Views obey the rights
# of their tables.
LACKING = """
WITH ours AS (
    SELECT pg_class.oid, relname, relowner
    FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid
    WHERE polname = 'no_access' AND relnamespace = (
        SELECT relnamespace FROM pg_class WHERE oid = to_regclass('schema_migrations'))
), needed AS (
    SELECT ours.oid, relname, relowner, command, privilege
    FROM ours,
         (VALUES ('r', 'SELECT'), ('a', 'INSERT'), ('w', 'UPDATE')) AS one (command, privilege)
    WHERE (relname = ANY ($1::text[]) OR cardinality($1::text[]) = 0)
      AND (command = 'r' OR $2 AND relname <> 'schema_migrations')
      AND (command <> 'w' OR relname NOT IN ('transfers', 'admin_log'))
)
SELECT relname AS name, pg_get_userbyid(relowner) AS owner, current_user AS role,
       NOT bool_and(has_any_column_privilege(oid, privilege)) AS is_forbidden,
       NOT bool_and(NOT row_security_active(oid) OR EXISTS (
           SELECT FROM pg_policy
           WHERE polrelid = needed.oid AND polname <> 'no_access' AND polpermissive
             AND polcmd IN ('*', command)
             AND EXISTS (
                 SELECT FROM unnest(polroles) AS admitted (role)
                 WHERE admitted.role = 0 OR pg_has_role(admitted.role, 'USAGE'))
       )) AS is_hidden
FROM needed
GROUP BY oid, relname, relowner
ORDER BY relname
"""
OWNER = """
SELECT current_user AS role, pg_get_userbyid(relowner) AS owner
FROM pg_class WHERE oid = to_regclass('schema_migrations')
UNION ALL
SELECT current_user, NULL
LIMIT 1
"""
# What default privileges have opened since it was closed, as in a restored database.
EXPOSED = """
WITH place AS (
    SELECT relnamespace AS oid FROM pg_class WHERE oid = to_regclass('schema_migrations')
), ours AS (
    SELECT polrelid AS oid FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
    WHERE polname = 'no_access' AND relnamespace = (SELECT oid FROM place)
), parts AS (
    SELECT oid FROM ours UNION SELECT relid FROM ours, pg_partition_tree(ours.oid)
), every AS (
    SELECT oid FROM parts
    UNION
    SELECT objid FROM pg_depend JOIN parts ON refobjid = parts.oid
    WHERE classid = 'pg_class'::regclass AND refclassid = classid AND deptype IN ('a', 'i')
    UNION
    SELECT to_regclass(made) FROM ours, (VALUES ('balances'), ('game_events')) AS view (made)
)
SELECT relname AS name FROM every JOIN pg_class USING (oid)
WHERE relkind IN ('r', 'p') AND NOT relrowsecurity
   OR relkind = 'v' AND NOT coalesce(reloptions @> '{security_invoker=true}', false)
   OR relkind IN ('r', 'p', 'v', 'S') AND EXISTS (
        SELECT FROM aclexplode(relacl)
        WHERE grantee <> relowner AND (
            grantee = 0 OR pg_get_userbyid(grantee) IN ('anon', 'authenticated') OR relkind = 'S'
            OR privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES')))
UNION ALL
SELECT proname FROM pg_proc
WHERE pronamespace = (SELECT oid FROM place) AND obj_description(oid, 'pg_proc') LIKE 'pokerws: %'
  AND (proacl IS NULL OR EXISTS (
        SELECT FROM aclexplode(proacl)
        WHERE grantee = 0 OR pg_get_userbyid(grantee) IN ('anon', 'authenticated')))
ORDER BY name
"""
# Whether the connected role can change that.
IS_OWNER = """
SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('schema_migrations')
"""
CLOSE = "SELECT pokerws_close()"
ROLE = "SELECT current_user"
HAS_SCHEMA = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)"
MAY_CREATE_SCHEMA = "SELECT has_database_privilege(current_database(), 'CREATE')"
CREATE_SCHEMA = "SELECT format('CREATE SCHEMA IF NOT EXISTS %I', $1::text)"
# NULL if no schema of the path exists, or the role may use none of them.
IN_SCHEMA = "SELECT current_schema() IS NOT NULL"
GRANT_SERVER = "SELECT pokerws_grant_server($1)"

STATEMENTS = (
    LACKING,
    OWNER,
    EXPOSED,
    IS_OWNER,
    CLOSE,
    ROLE,
    HAS_SCHEMA,
    MAY_CREATE_SCHEMA,
    CREATE_SCHEMA,
    IN_SCHEMA,
)

HISTORY_TABLE = ("schema_migrations",)
EVERYTHING = ()

log = structlog.get_logger("pokerws.migrate")

Use = Literal["read", "write"]


async def enter_schema(connection: Connection, schema: str | None) -> None:
    """Create the schema if it is missing; None for the first one of the role's `search_path`.

    The right to create schemas is needed only then.  Raises RightsMissing.
    """
    if not await has_schema(connection, schema):
        await connection.execute(await connection.fetchval(CREATE_SCHEMA, schema))


async def has_schema(connection: Connection, schema: str | None) -> bool:
    """Whether the schema is there.  Raises RightsMissing if it cannot be made or used."""
    if schema is not None and not await connection.fetchval(HAS_SCHEMA, schema):
        if not await connection.fetchval(MAY_CREATE_SCHEMA):
            role = await connection.fetchval(ROLE)
            raise RightsMissing(
                f"the schema {schema} (DB_SCHEMA) does not exist, and the role {role} has no right "
                f"to create it: run CREATE SCHEMA {schema} AUTHORIZATION {role} as the database's "
                f"owner"
            )
        return False
    if not await connection.fetchval(IN_SCHEMA):
        role, where = await connection.fetchval(ROLE), schema or "of its search_path"
        raise RightsMissing(
            f"the role {role} has no right to use the schema {where}: run {PROGRAM} migrate "
            f"--server-role {role} with the DATABASE_URL of its owner"
        )
    return True


async def check_rights(
    connection: Connection, use: Use, tables: Sequence[str] = EVERYTHING
) -> None:
    """Check that the connected role reaches `tables`; by default, all of ours.

    Raises RightsMissing.
    """
    rows = await connection.fetch(LACKING, list(tables), use == "write")
    for column, stopped in (
        ("is_hidden", "row level security hides the tables from the role {role}: {names}"),
        ("is_forbidden", "the role {role} has no rights on the tables: {names}"),
    ):
        lacking = [row for row in rows if row[column]]
        if lacking:
            role, owner = lacking[0]["role"], lacking[0]["owner"]
            names = ", ".join(row["name"] for row in lacking)
            raise RightsMissing(
                f"{stopped.format(role=role, names=names)}; run {PROGRAM} migrate --server-role "
                f"{role} with the DATABASE_URL of their owner, {owner}"
            )


async def exposed_names(connection: Connection) -> list[str]:
    """Our tables, views, sequences and functions that have been opened since they were closed."""
    return [row["name"] for row in await connection.fetch(EXPOSED)]


async def close_tables(connection: Connection) -> None:
    """Close what has been opened since it was closed; without the right to, only log it."""
    exposed = await exposed_names(connection)
    if not exposed:
        return
    if await connection.fetchval(IS_OWNER):
        await connection.execute(CLOSE)
        log.warning("tables_closed", names=exposed)
    else:
        log.warning("tables_exposed", names=exposed, repair=f"{PROGRAM} migrate, as their owner")


async def may_not_migrate(
    connection: Connection, migration: str, error: asyncpg.InsufficientPrivilegeError
) -> RightsMissing:
    """The error for a role without the right to apply a migration."""
    row = await connection.fetchrow(OWNER)
    role, owner = (row["role"], row["owner"]) if row is not None else ("", None)
    whose = f"the tables' owner, {owner}" if owner else "a role that may create tables there"
    why = str(error).partition("\n")[0]
    return RightsMissing(
        f"the migration {migration} is missing, and the role {role} has no right to apply it "
        f"({why}): run {PROGRAM} migrate --server-role {role} with the DATABASE_URL of {whose}"
    )


async def grant_server(connection: Connection, role: str) -> None:
    """Admit `role` as a server's, over a connection of the tables' owner.  Raises RightsMissing."""
    try:
        await connection.execute(GRANT_SERVER, role)
    except asyncpg.UndefinedObjectError as error:
        raise RightsMissing(
            f"the role {role} does not exist: create it with CREATE ROLE ... LOGIN first"
        ) from error
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidGrantOperationError) as error:
        why = str(error).partition("\n")[0]
        raise RightsMissing(
            f"the role {role} cannot be given rights on the tables: {why}; run this as their owner"
        ) from error
