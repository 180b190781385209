"""Checks of the database, over one connection, and of the vault's keys against what is stored."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from pokerws.doctor.findings import Finding, fail, ok, skipped, warn
from pokerws.program import PROGRAM
from pokerws.storage.errors import MigrationError, VaultError
from pokerws.storage.postgres.connecting import LOST, Connection, reason
from pokerws.storage.postgres.diagnosis import (
    ServerFacts,
    TableFacts,
    clock_ms,
    connection_budgets,
    open_to_outsiders,
    server_facts,
    table_facts,
    table_names,
)
from pokerws.storage.postgres.live_seals import LIVE_SEALS
from pokerws.storage.postgres.migrate import SQL, status
from pokerws.storage.postgres.store import CONNECTIONS
from pokerws.storage.vault.keys import TRIES, KeySource, LiveSeal, vault_for_checking

# In the order of the checks.
CHECKS = ("server", "writes", "clock", "connections", "role", "migrations", "row security", "vault")
OLDEST_MAJOR, NEWEST_MAJOR = 15, 18
ENCODING = "UTF8"
CLOCK_OFF_MS = 1000


class Facts(NamedTuple):
    """What several checks need."""

    server: ServerFacts
    tables: list[TableFacts]
    schema: str | None


async def check_database(
    connection: Connection, schema: str | None, keys: KeySource, now_ms: Callable[[], int]
) -> list[Finding]:
    """The findings on a database, in the order of CHECKS; `schema` is DB_SCHEMA, if it is set."""
    names = table_names(SQL)
    try:
        server = await server_facts(connection)
        tables = await table_facts(connection, names)
    except LOST as error:
        return [fail("server", reason(error)), *skipped(CHECKS[1:], "the server did not answer")]
    facts = Facts(server, tables, schema)
    return [
        _check_server(server),
        _check_writes(server),
        await _guarded("clock", _check_clock(connection, now_ms)),
        await _guarded("connections", _check_connections(connection, server)),
        _check_role(facts),
        await _guarded("migrations", _check_migrations(connection, facts)),
        await _guarded("row security", _check_row_security(connection, tables, names)),
        await _guarded("vault", _check_vault(connection, facts, keys)),
    ]


async def _guarded(check: str, finding: Awaitable[Finding]) -> Finding:
    try:
        return await finding
    except LOST as error:
        return fail(check, f"cannot be checked: {reason(error)}")


def _check_server(server: ServerFacts) -> Finding:
    major = server.version // 10_000
    text = f"PostgreSQL {server.version_name}, encoding {server.encoding}"
    if server.encoding != ENCODING:
        return fail(
            "server",
            f"{text}: names and chat need {ENCODING}; make another database with CREATE DATABASE "
            f"... ENCODING '{ENCODING}' TEMPLATE template0, and set DATABASE_URL to it",
        )
    if major < OLDEST_MAJOR:
        return fail("server", f"{text}: PostgreSQL {OLDEST_MAJOR} or newer is needed: upgrade it")
    if major > NEWEST_MAJOR:
        return warn("server", f"{text}: newer than {NEWEST_MAJOR}, with which this was tested")
    return ok("server", text)


def _check_writes(server: ServerFacts) -> Finding:
    if server.is_standby:
        return fail(
            "writes",
            "this server is a standby, which nobody can write to: set DATABASE_URL to the primary",
        )
    if server.is_read_only:
        return fail(
            "writes",
            f"transactions are read-only: see default_transaction_read_only of the role "
            f"{server.role}, of the database {server.database} and of the server, and turn it off",
        )
    return ok("writes", "the server is a primary, and can be written to")


async def _check_clock(connection: Connection, now_ms: Callable[[], int]) -> Finding:
    await clock_ms(connection)  # The first answer takes longer, since the statement is prepared.
    before_ms = now_ms()
    server_ms = await clock_ms(connection)
    after_ms = now_ms()
    off_ms = server_ms - (before_ms + after_ms) // 2
    # Half of the round trip may have been in either direction.
    if abs(off_ms) - (after_ms - before_ms) // 2 > CLOCK_OFF_MS:
        direction = "ahead of" if off_ms > 0 else "behind"
        return warn(
            "clock",
            f"the database's clock is {abs(off_ms)} ms {direction} this machine's: set both by NTP",
        )
    return ok("clock", f"{off_ms:+} ms from this machine's")


async def _check_connections(connection: Connection, server: ServerFacts) -> Finding:
    budgets, ours = await connection_budgets(connection)
    needed = CONNECTIONS
    left = [(budget, budget.limit - budget.used + ours) for budget in budgets]
    budget, most = min(left, key=lambda one: one[1])
    whose = {"role": "the role's", "database": "the database's", "server": "PostgreSQL's"}
    text = (
        f"{needed} are needed, and {whose[budget.of]} limit of {budget.limit} leaves {max(0, most)}"
    )
    if most >= needed:
        return ok("connections", text)
    how = {
        "role": f"ALTER ROLE {server.role} CONNECTION LIMIT {2 * needed}",
        "database": f"ALTER DATABASE {server.database} CONNECTION LIMIT {4 * needed}",
        "server": "raise max_connections, or close what else is connected",
    }
    return fail("connections", f"{text}: {how[budget.of]}")


def _check_role(facts: Facts) -> Finding:
    server, tables = facts.server, facts.tables
    if not tables:
        return _may_create(server, facts.schema)
    owners = sorted({table.owner for table in tables if not table.is_owned})
    unusable = [table.name for table in tables if not table.is_usable and not table.is_partition]
    if unusable:
        return fail(
            "role",
            f"{server.role} may not read and write {', '.join(unusable)}, of "
            f"{', '.join(owners)}: grant it SELECT, INSERT, UPDATE and DELETE there",
        )
    if not owners:
        return ok("role", f"{server.role} owns the tables, and so can migrate them")
    return ok(
        "role",
        f"{server.role} reads and writes the tables of {', '.join(owners)}, who must migrate them",
    )


def _may_create(server: ServerFacts, wanted: str | None) -> Finding:
    if server.schema is None:
        schema = wanted or "of its search_path"
        if wanted and server.may_create:
            return ok("role", f"{server.role} may make the schema {schema}")
        return fail(
            "role",
            f"{server.role} finds no schema {schema}: create it, and "
            f"GRANT USAGE, CREATE ON SCHEMA ... TO {server.role}",
        )
    if server.may_create:
        return ok("role", f"{server.role} may make tables in the schema {server.schema}")
    return fail(
        "role",
        f"{server.role} may not make tables in the schema {server.schema}: "
        f"GRANT CREATE ON SCHEMA {server.schema} TO {server.role}, or run {PROGRAM} migrate as a "
        "role that may",
    )


async def _check_migrations(connection: Connection, facts: Facts) -> Finding:
    try:
        found = await status(connection)
    except MigrationError as error:
        return fail("migrations", str(error))
    pending = [f"{one.version:04}_{one.name}" for one in found if one.applied_at is None]
    if not pending:
        return ok("migrations", f"all {len(found)} are applied")
    server = facts.server
    owners = sorted({table.owner for table in facts.tables if not table.is_owned})
    text = f"{', '.join(pending)} missing"
    if not owners and server.may_create:
        return ok("migrations", f"{text}: the server applies them at its start")
    whose = ", ".join(owners) or "a role that may create tables"
    return fail(
        "migrations",
        f"{text}, and {server.role} may not apply them: run {PROGRAM} migrate with the "
        f"DATABASE_URL of {whose}",
    )


async def _check_row_security(
    connection: Connection, tables: Sequence[TableFacts], names: Sequence[str]
) -> Finding:
    if not tables:
        return ok("row security", "no tables yet")
    readers = await open_to_outsiders(connection, names)
    if readers:
        found = "; ".join(f"{role} can read {', '.join(which)}" for role, which in readers.items())
        return fail(
            "row security",
            f"{found}: REVOKE ALL ON these tables FROM {', '.join(readers)}, and see the policies",
        )
    off = [table for table in tables if not table.has_row_security]
    if off:
        named = [table.name for table in off if not table.is_partition]
        if len(named) < len(off):
            named.append(f"{len(off) - len(named)} partitions")
        return fail(
            "row security",
            f"off on {', '.join(named)}: apply pending migrations, or ALTER TABLE ... ENABLE ROW "
            "LEVEL SECURITY",
        )
    return ok("row security", f"on for {len(tables)} tables and partitions; no outsider reads")


async def _check_vault(connection: Connection, facts: Facts, keys: KeySource) -> Finding:
    seals: list[LiveSeal] = []
    if any(table.name == "games" for table in facts.tables):
        seals = [LiveSeal(*row.values()) for row in await connection.fetch(LIVE_SEALS, TRIES)]
    try:
        vault = vault_for_checking(seals, keys)
    except VaultError as error:
        return fail("vault", str(error))
    where = "VAULT_KEYS" if keys.given else f"VAULT_KEY_FILE {keys.file}"
    if vault is None:
        return ok("vault", f"no key yet: the server makes {keys.file} at its start")
    current = vault.sealing_key
    older = {seal.key_id: seal.tables for seal in seals if seal.key_id != current}
    text = f"{where} opens all hands in play; {current} encrypts"
    if older:
        counts = ", ".join(f"{key_id} ({tables})" for key_id, tables in sorted(older.items()))
        text += f"; tables still under older keys: {counts}"
    return ok("vault", text)
