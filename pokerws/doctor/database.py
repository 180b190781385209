"""Checks of the database, and of the vault's keys against what is stored.

What a start checks as well is asked of `preflight`, so that doctor and server agree.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import NamedTuple

from pokerws.doctor.findings import Finding, fail, ok, warn
from pokerws.program import PROGRAM
from pokerws.storage.errors import MigrationError, RightsMissing, VaultError
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import LOST, Connection, connected, reason
from pokerws.storage.postgres.diagnosis import (
    ServerFacts,
    TableFacts,
    clock_ms,
    connection_budgets,
    open_to_outsiders,
    server_facts,
    table_facts,
)
from pokerws.storage.postgres.migrate import status, table_names
from pokerws.storage.postgres.preflight import (
    LEAST_CONNECTIONS,
    MOST_CONNECTIONS,
    Report,
    preflight,
)
from pokerws.storage.postgres.rights import exposed_names
from pokerws.storage.postgres.sealing.live_seals import LIVE_SEALS
from pokerws.storage.postgres.sealing.session_key import stored_session_key
from pokerws.storage.vault.keys import TRIES, KeySource, LiveSeal, vault_for_checking

# In the order of the checks.
CHECKS = (
    *("pooler", "parameters", "server", "writes", "clock", "connections"),
    *("role", "migrations", "row security", "vault"),
)
NEWEST_MAJOR = 18
CLOCK_OFF_MS = 1000
APPLICATION = "pokerws doctor"
ANSWER_S = 10.0


class Facts(NamedTuple):
    """What several checks need."""

    address: Address
    report: Report
    server: ServerFacts
    tables: list[TableFacts]


async def check_database(
    address: Address, keys: KeySource, now_ms: Callable[[], int], *, needs_session_key: bool
) -> list[Finding]:
    """The findings on a database, in the order of CHECKS.

    `needs_session_key` is whether guests' sessions are signed by the key in the database.  The
    pooler of `address` is known.  Raises StoreUnavailable, MigrationError and DatabaseError.
    """
    report = await preflight(address)
    names = table_names()
    async with connected(address, APPLICATION, answer_s=ANSWER_S) as connection:
        server = await server_facts(connection)
        facts = Facts(address, report, server, await table_facts(connection, names))
        migrations, is_current = await _migrations(connection, facts)
        return [
            _found(report, "pooler", {"pooler"}) or _pooler(address),
            _found(report, "parameters", {"parameters"}) or ok("parameters", "all are used"),
            _found(report, "server", {"version", "encoding"}) or _server(server),
            _found(report, "writes", {"writable", "durability"}) or _writes(server),
            await _guarded("clock", _clock(connection, now_ms)),
            _found(report, "connections", {"connections"})
            or await _guarded("connections", _connections(connection, facts)),
            _found(report, "role", {"rights"}) or _role(facts),
            migrations,
            await _guarded("row security", _row_security(connection, facts, names)),
            await _guarded(
                "vault",
                _vault(connection, facts, keys, with_session_key=needs_session_key and is_current),
            ),
        ]


def _found(report: Report, check: str, of: Collection[str]) -> Finding | None:
    """What a start would find, in one line; None if that is nothing."""
    found = [finding for finding in report.findings if finding.check in of]
    if not found:
        return None
    text = "; ".join(finding.message for finding in found)
    is_fatal = any(finding.is_fatal for finding in found)
    return fail(check, text) if is_fatal else warn(check, text)


async def _guarded(check: str, finding: Awaitable[Finding]) -> Finding:
    try:
        return await finding
    except LOST as error:
        return fail(check, f"cannot be checked: {reason(error)}")


def _pooler(address: Address) -> Finding:
    if address.pooler == "session":
        return ok("pooler", "in session mode: as fast as a direct connection")
    return ok("pooler", "none: a direct connection")


def _server(server: ServerFacts) -> Finding:
    text = f"PostgreSQL {server.version}, encoding {server.encoding}"
    if server.major > NEWEST_MAJOR:
        return warn("server", f"{text}: not tested; the newest tested version is {NEWEST_MAJOR}")
    return ok("server", text)


def _writes(server: ServerFacts) -> Finding:
    if server.is_synced:
        return ok("writes", "the database takes them")
    return warn(
        "writes",
        "fsync is off, so a crash of the machine may destroy the database: ALTER SYSTEM SET fsync "
        "= on, and reload",
    )


async def _clock(connection: Connection, now_ms: Callable[[], int]) -> Finding:
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


async def _connections(connection: Connection, facts: Facts) -> Finding:
    """Whether those are left that the limits allow."""
    if facts.address.shares_backends:
        return ok("connections", "the pooler shares its own")
    budgets, ours = await connection_budgets(connection)
    left = [(budget, budget.limit - budget.used + ours) for budget in budgets]
    budget, most = min(left, key=lambda one: one[1])
    whose = {"role": "the role's", "database": "the database's", "server": "PostgreSQL's"}
    text = (
        f"the server uses {MOST_CONNECTIONS}, and {whose[budget.of]} limit of {budget.limit} "
        f"leaves {max(0, most)}"
    )
    if most >= MOST_CONNECTIONS:
        return ok("connections", text)
    how = {
        "role": f'ALTER ROLE "{facts.server.role}" CONNECTION LIMIT',
        "database": f'ALTER DATABASE "{facts.server.database}" CONNECTION LIMIT',
        "server": "max_connections",
    }
    text = f"{text}: raise it ({how[budget.of]}), or close other connections"
    if most >= LEAST_CONNECTIONS:
        return warn("connections", text)
    return fail("connections", text)


def _role(facts: Facts) -> Finding:
    role, tables = facts.server.role, facts.tables
    if not tables:
        where = facts.server.schema or "a new schema"
        return ok("role", f"{role} may create the tables in {where}")
    owners = sorted({table.owner for table in tables if not table.is_owned})
    if not owners:
        return ok("role", f"{role} owns the tables, and may migrate them")
    unusable = [table.name for table in tables if not table.is_usable and not table.is_partition]
    if unusable:
        return fail(
            "role",
            f"{role} may not read and write {', '.join(unusable)}: run {PROGRAM} migrate "
            f"--server-role {role} as the owner, {', '.join(owners)}",
        )
    return ok("role", f"{role} may read and write the tables; {', '.join(owners)} migrates them")


async def _migrations(connection: Connection, facts: Facts) -> tuple[Finding, bool]:
    """The finding, and whether the tables are as this version needs them."""
    check = "migrations"
    if found := _found(facts.report, check, {"migrations", "schema"}):
        return found, False
    try:
        files = await status(connection)
    except (MigrationError, RightsMissing) as error:
        return fail(check, str(error)), False
    except LOST as error:
        return fail(check, f"cannot be checked: {reason(error)}"), False
    pending = [f"{one.version:04}_{one.name}" for one in files if one.applied_at is None]
    if not pending:
        return ok(check, f"all {len(files)} applied"), True
    text = f"{', '.join(pending)} missing"
    if any(finding.check == "rights" for finding in facts.report.findings):
        return fail(check, f"{text}: run {PROGRAM} migrate as a role that may apply them"), False
    return ok(check, f"{text}: the server applies them at its start"), False


async def _row_security(connection: Connection, facts: Facts, names: Sequence[str]) -> Finding:
    tables = facts.tables
    if not tables:
        return ok("row security", "no tables yet")
    readers = await open_to_outsiders(connection, names)
    if readers:
        found = "; ".join(f"{role} can read {', '.join(which)}" for role, which in readers.items())
        return fail(
            "row security",
            f"{found}: run {PROGRAM} migrate as the tables' owner, which revokes this",
        )
    off = [table for table in tables if not table.has_row_security]
    if off:
        named = [table.name for table in off if not table.is_partition]
        if len(named) < len(off):
            partitions = [table.name for table in off if table.is_partition]
            more = f" and {len(partitions) - 1} more partitions" if partitions[1:] else ""
            named.append(f"{partitions[0]}{more}")
        return fail(
            "row security",
            f"off on {', '.join(named)}: run {PROGRAM} migrate as the tables' owner, which turns "
            "it on",
        )
    if exposed := await exposed_names(connection):
        return fail(
            "row security",
            f"on, and yet others have rights, such as to truncate, on {', '.join(exposed)}: run "
            f"{PROGRAM} migrate as their owner, {tables[0].owner}, which takes these rights away",
        )
    return ok("row security", f"on for all {len(tables)} tables and partitions")


async def _vault(
    connection: Connection, facts: Facts, keys: KeySource, *, with_session_key: bool
) -> Finding:
    seals: list[LiveSeal] = []
    if any(table.name == "games" for table in facts.tables):
        seals = [LiveSeal(*row.values()) for row in await connection.fetch(LIVE_SEALS, TRIES)]
    session_key = await stored_session_key(connection) if with_session_key else None
    try:
        vault = vault_for_checking(seals, keys, session_key)
    except VaultError as error:
        return fail("vault", str(error))
    where = "VAULT_KEYS" if keys.given else f"VAULT_KEY_FILE {keys.file}"
    if vault is None:
        return ok("vault", f"no key yet: the server creates {keys.file} at its start")
    current = vault.first
    older = {seal.key_id: seal.tables for seal in seals if seal.key_id != current}
    text = f"{where} decrypts all hands in play; {current} encrypts"
    if older:
        counts = ", ".join(f"{key_id} ({tables})" for key_id, tables in sorted(older.items()))
        text += f"; tables still under older keys: {counts}"
    return ok("vault", text)
