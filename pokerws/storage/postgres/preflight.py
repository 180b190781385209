"""Checks of a database before anything is changed in it.

Each check gives findings: one line each, which says what is wrong and what to change.  A start is
refused for the first that is fatal, and logs the others; a diagnosis may print them all.
"""

from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import NamedTuple

import asyncpg

from pokerws.program import PROGRAM
from pokerws.storage.errors import (
    DatabaseError,
    MigrationError,
    RightsMissing,
    StoreUnavailable,
)
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import FAILED, Connection, connected
from pokerws.storage.postgres.migrate import Migration, status, table_names
from pokerws.storage.postgres.rights import check_rights, has_schema
from pokerws.storage.postgres.store import READERS
from pokerws.storage.postgres.writer import APPLICATION

# Older ones are not tested.
OLDEST_MAJOR = 15
# One connection writes, one renews the lease, and the readers read.  With one reader, reads wait
# for each other.
MOST_CONNECTIONS = 2 + READERS
LEAST_CONNECTIONS = 3
ANSWER_S = 10.0
# A pooler that has no connection left lets its clients wait.
LENT_WITHIN_S = 2.0

FACTS = """
SELECT current_setting('server_version_num')::integer / 10000 AS major,
       current_setting('server_version') AS version,
       current_setting('server_encoding') AS encoding,
       pg_is_in_recovery() AS is_standby,
       current_setting('transaction_read_only') = 'on' AS is_read_only,
       current_setting('synchronous_commit') AS synchronous_commit,
       session_user AS role, current_database() AS database, current_schema() AS schema,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,
       rolsuper AS is_superuser, rolconnlimit AS role_limit, datconnlimit AS database_limit,
       current_setting('max_connections')::integer
           - current_setting('superuser_reserved_connections')::integer
           - coalesce(current_setting('reserved_connections', true), '0')::integer AS server_limit
FROM pg_roles, pg_database
WHERE rolname = session_user AND datname = current_database()
"""
# These tables, in the schema where new ones would be made.  Ours have the policy since migration 7.
FOUND_TABLES = """
SELECT relname AS name, pg_get_userbyid(relowner) AS owner,
       pg_has_role(relowner, 'USAGE') AS is_own,
       coalesce(relkind = 'v' AND reloptions @> '{security_invoker=true}', false)
           OR EXISTS (SELECT FROM pg_policy
                      WHERE polrelid = pg_class.oid AND polname = 'no_access') AS is_marked
FROM pg_class
WHERE relname = ANY ($1::text[]) AND relnamespace = to_regnamespace(quote_ident(current_schema()))
ORDER BY array_position($1::text[], relname::text)
"""

STATEMENTS = (FACTS, FOUND_TABLES)


class Finding(NamedTuple):
    """What a check found: its name, whether a server can start so, and one line for a person."""

    check: str
    is_fatal: bool
    message: str


class Report(NamedTuple):
    """What the checks found, and how many connections the server may use."""

    findings: list[Finding]
    connections: int

    def raise_fatal(self) -> None:
        """Raise DatabaseError for the first finding that is fatal."""
        for finding in self.findings:
            if finding.is_fatal:
                raise DatabaseError(finding.message)


async def preflight(address: Address) -> Report:
    """Check a database whose pooler is known; changes nothing.  Raises StoreUnavailable."""
    async with connected(address, APPLICATION, answer_s=ANSWER_S) as connection:
        facts = await connection.fetchrow(FACTS)
        if facts is None:
            raise DatabaseError("the role or the database has just been dropped: try again")
        findings = [*of_address(address), *of_server(facts), *of_connections(facts, address)]
        findings += await of_schema(connection, facts, address)
    allowed = room(facts, address)
    if address.pooler in ("session", "transaction") and not any(
        finding.is_fatal for finding in findings
    ):
        lent = await connections_lent(address, allowed)
        if lent < allowed:
            findings.append(_few_lent(address, lent))
        allowed = min(lent, allowed)
    return Report(findings, allowed)


# ---- the checks


def of_address(address: Address) -> Iterator[Finding]:
    """A pooler, and parameters of the URL that do nothing."""
    if address.unused:
        yield Finding(
            "parameters",
            False,
            f"parameters of DATABASE_URL without effect: {', '.join(address.unused)}; they can be "
            "removed",
        )
    if address.pooler == "transaction":
        yield Finding(
            "pooler",
            False,
            f"{address.place} is a pooler in transaction mode: play works, but each database "
            "access takes four round trips; a direct connection or session mode is faster (if it "
            "is not in transaction mode, add pooler=none or pooler=session to DATABASE_URL)",
        )


def of_server(facts: asyncpg.Record) -> Iterator[Finding]:
    """Version, encoding, whether it can be written to, and keeps what is written."""
    if facts["major"] < OLDEST_MAJOR:
        yield Finding(
            "version",
            True,
            f"PostgreSQL {facts['version']} is too old: use PostgreSQL {OLDEST_MAJOR} or newer",
        )
    if facts["encoding"] != "UTF8":
        yield Finding(
            "encoding",
            True,
            f"the database {facts['database']!r} has the encoding {facts['encoding']}, and names "
            "need UTF8: create one with CREATE DATABASE poker ENCODING 'UTF8' TEMPLATE template0",
        )
    if facts["is_standby"]:
        yield Finding(
            "writable",
            True,
            "the database is a read-only standby: put the primary's address into DATABASE_URL (or "
            "all hosts, with target_session_attrs=read-write)",
        )
    elif facts["is_read_only"]:
        yield Finding(
            "writable",
            True,
            f"the database is read-only, since default_transaction_read_only is on: reset it for "
            f"the server, the database {facts['database']!r} or the role {facts['role']!r}",
        )
    if facts["synchronous_commit"] == "off":
        yield Finding(
            "durability",
            False,
            "synchronous_commit is off, so a crash of PostgreSQL may lose what players were told "
            "is stored: turn it on for the server, the database, the role or in DATABASE_URL",
        )


def of_connections(facts: asyncpg.Record, address: Address) -> Iterator[Finding]:
    """Whether the server's connections are allowed."""
    allowed = room(facts, address)
    if allowed >= MOST_CONNECTIONS:
        return
    whose, limit, remedy = min(_limits(facts), key=lambda one: one[1])
    what = f"{whose} may have only {limit} connections, and the server uses {MOST_CONNECTIONS}"
    if allowed < LEAST_CONNECTIONS:
        yield Finding("connections", True, f"{what}, at least {LEAST_CONNECTIONS}: {remedy}")
    else:
        yield Finding("connections", False, f"{what}: it runs with {allowed}; better: {remedy}")


async def connections_lent(address: Address, most: int) -> int:
    """How many connections a pooler gives at once, up to `most`.

    In session mode each needs a backend.  In both modes clients are limited as well.
    """
    async with AsyncExitStack() as stack:
        for lent in range(most):
            try:
                connection = await stack.enter_async_context(
                    connected(address, APPLICATION, answer_s=LENT_WITHIN_S)
                )
                if not address.shares_backends:
                    await connection.execute("SELECT")
            except (StoreUnavailable, *FAILED):
                return lent
    return most


def _few_lent(address: Address, lent: int) -> Finding:
    limits = "max_client_conn" if address.shares_backends else "default_pool_size, max_client_conn"
    what = (
        f"the pooler at {address.place} lends {lent} connections at once, and the server uses "
        f"{MOST_CONNECTIONS}"
    )
    if lent < LEAST_CONNECTIONS:
        return Finding("connections", True, f"{what}: raise its limits ({limits})")
    return Finding("connections", False, f"{what}: better: raise its limits ({limits})")


def room(facts: asyncpg.Record, address: Address) -> int:
    """How many connections the server may use, at most MOST_CONNECTIONS."""
    if address.shares_backends:
        # The pooler makes clients wait for its own few.
        return MOST_CONNECTIONS
    return min(MOST_CONNECTIONS, *(limit for _, limit, _ in _limits(facts)))


def _limits(facts: asyncpg.Record) -> list[tuple[str, int, str]]:
    """Whose limit, the limit, and how to raise it; no superuser has any but the server's."""
    role, database = facts["role"], facts["database"]
    own = [
        (f"the role {role!r}", facts["role_limit"], f'ALTER ROLE "{role}" CONNECTION LIMIT 10'),
        (
            f"the database {database!r}",
            facts["database_limit"],
            f'ALTER DATABASE "{database}" CONNECTION LIMIT 20',
        ),
    ]
    limited = [] if facts["is_superuser"] else [one for one in own if one[1] >= 0]
    return [*limited, ("ordinary roles", facts["server_limit"], "raise max_connections")]


async def of_schema(
    connection: Connection, facts: asyncpg.Record, address: Address
) -> list[Finding]:
    """Whether the tables are there, or can be made, and are this program's."""
    try:
        if not await has_schema(connection, address.schema):
            return []
        # Before the status: what another server makes meanwhile is not taken for a stranger's.
        tables = await connection.fetch(FOUND_TABLES, table_names())
        files = await status(connection)
        if all(file.applied_at for file in files):
            await check_rights(connection, "write")
            return []
    except RightsMissing as error:
        return [Finding("rights", True, str(error))]
    except MigrationError as error:
        return [Finding("migrations", True, str(error))]
    return [*_another_programs(files, tables)] or [*_of_migrating(files, tables, facts)]


def _another_programs(files: list[Migration], tables: list[asyncpg.Record]) -> Iterator[Finding]:
    """A table that a missing migration would make, and that is there."""
    made = {table for file in files if file.applied_at is not None for table in file.tables}
    for table in tables:
        name = table["name"]
        if name in made or (made and table["is_marked"]):
            continue
        remedy = (
            f"rename it, or move it away with ALTER TABLE {name} SET SCHEMA"
            if made
            else "set DB_SCHEMA to a schema for pokerws alone, such as DB_SCHEMA=poker, or use "
            "another database"
        )
        yield Finding(
            "schema",
            True,
            f"the table {name} in this database belongs to another program: {remedy}",
        )
        return


def _of_migrating(
    files: list[Migration], tables: list[asyncpg.Record], facts: asyncpg.Record
) -> Iterator[Finding]:
    role, schema = facts["role"], facts["schema"]
    for table in tables:
        if not table["is_own"]:
            missing = sum(file.applied_at is None for file in files)
            yield Finding(
                "rights",
                True,
                f"{missing} migrations are missing, and the tables belong to another role: run "
                f"{PROGRAM} migrate --server-role {role} with the DATABASE_URL of their owner, "
                f"{table['owner']}",
            )
            return
    if not facts["may_create"]:
        yield Finding(
            "rights",
            True,
            f"the role {role} may not create tables in the schema {schema}: run GRANT CREATE "
            f'ON SCHEMA "{schema}" TO "{role}", or set DB_SCHEMA to a schema of its own',
        )
