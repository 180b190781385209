"""Opening connections to PostgreSQL, and what its errors mean.

All connections of the product are opened here.  An error is a `StoreUnavailable` if a retry may
help, and a `StoreRejected` if the data are at fault.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from types import MappingProxyType
from typing import TypeAlias

import asyncpg

from pokerws.program import PROGRAM
from pokerws.storage.errors import Overdrawn, StoreFull, StoreRejected, StoreUnavailable
from pokerws.storage.postgres.address import NO_SETTINGS, Address
from pokerws.storage.postgres.connecting.connect_errors import (
    explain,
    first_line,
    is_full,
    of_pooler,
)
from pokerws.storage.postgres.connecting.shared_connection import SharedConnection, settings_sql

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

CLOSE_S = 2.0
# The same after a cancellation, in which a running statement is cancelled in the database too.
ABANDON_S = 0.3
# For statements that look up a few rows among very many: their plans must not depend on statistics,
# which are missing or old just after many rows were written.
BY_INDEX: Mapping[str, str] = MappingProxyType({"enable_seqscan": "off", "jit": "off"})
# More prepared statements than there are.
STATEMENT_CACHE = 100
SET = """
SELECT set_config(name, value, false) FROM unnest($1::text[], $2::text[]) AS setting (name, value)
"""

# The simple query protocol, which asyncpg uses without arguments, ends with a Sync.
NOTHING = "SELECT"

# The data are at fault, so a retry cannot help.  Damaged pages are in the list since they concern a
# few rows, and must not stop the others.
REJECTED = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.CardinalityViolationError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.DataCorruptedError,
    asyncpg.IndexCorruptedError,
    ValueError,  # What cannot be encoded: bytes that are not UTF-8, a number of over 64 bits.
)
# What asyncpg raises on an open connection.
LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
# A prepared statement is not there, or was there before: each session has its own.
UNPREPARED = (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError)
# All failures of a database, including an invalid address and a time-out.
# TimeoutError is an OSError.
FAILED = (*LOST, ValueError, OSError)


async def connect(
    address: Address,
    application: str,
    *,
    settings: Mapping[str, str] = NO_SETTINGS,
    answer_s: float | None = None,
) -> Connection:
    """Open a connection with the address's settings and `settings`.  Raises one of FAILED.

    `answer_s` is the longest wait for any answer.
    """
    # A pooler refuses most settings at the start of a session, so they are made after it.
    start = {"application_name": address.application or application}
    if address.options is not None:
        start["options"] = address.options
    shares = address.shares_backends
    connection = await asyncpg.connect(
        address.driver_url(),
        host=list(address.hosts) or None,
        port=list(address.ports) or None,
        user=address.user,
        password=address.password,
        database=address.database,
        # The driver would take `system` for a file.
        ssl=ssl.create_default_context() if address.trusts_system else None,
        timeout=address.connect_s,
        command_timeout=answer_s,
        server_settings=start,
        connection_class=SharedConnection if shares else asyncpg.Connection,
        statement_cache_size=0 if shares else STATEMENT_CACHE,
        # Statements are few, and preparing one again would cost a round trip.
        max_cached_statement_lifetime=0,
    )
    wanted = address.session_settings(settings)
    try:
        # To the driver, every connection is an instance of every class of connections.
        if type(connection) is SharedConnection:
            connection.settings_sql = settings_sql(wanted)
        elif wanted:
            await connection.execute(SET, list(wanted), list(wanted.values()))
    except BaseException:
        connection.terminate()
        raise
    return connection


async def open_pool(
    where: Callable[[], Address],
    application: str,
    *,
    size: int,
    settings: Mapping[str, str],
    answer_s: float,
) -> Pool:
    """Open a pool of up to `size` connections like those of `connect`.  Raises one of FAILED.

    `where` gives the address when a connection is opened.
    """

    async def connect_one(*_: object, **__: object) -> Connection:
        return await connect(where(), application, settings=settings, answer_s=answer_s)

    return await asyncpg.create_pool(
        connect=connect_one,
        min_size=0,
        max_size=size,
        # No session state is changed later, so a reset would only cost a round trip.
        reset=_nothing_to_reset,
    )


async def _nothing_to_reset(_: object) -> None:
    """The pool's callback when a connection is returned to it."""


@asynccontextmanager
async def connected(
    address: Address,
    application: str,
    *,
    settings: Mapping[str, str] = NO_SETTINGS,
    answer_s: float | None = None,
) -> AsyncIterator[Connection]:
    """A connection for the block.  Raises StoreUnavailable, also for database errors in the block.

    A BrokenPipeError is not converted: it concerns a command's output.  asyncpg raises its own
    error for a lost connection.
    """
    try:
        connection = await connect(address, application, settings=settings, answer_s=answer_s)
    except FAILED as error:
        raise StoreUnavailable(f"the database cannot be used: {explain(error, address)}") from error
    try:
        try:
            yield connection
        except asyncio.CancelledError:
            with suppress(*FAILED):
                await connection.close(timeout=ABANDON_S)
            raise
        finally:
            # What the block did is done, and a pooler may never answer the statement that was given
            # up.  The driver drops a connection that it cannot close.
            with suppress(*FAILED):
                if not connection.is_closed():
                    await connection.close(timeout=CLOSE_S)
    except BrokenPipeError:
        raise
    except (*LOST, ConnectionError, TimeoutError) as error:
        raise _unusable(error) from error


async def end_transaction(connection: Connection) -> None:
    """End the implicit transaction of a statement that was prepared and not executed.

    asyncpg's `prepare` sends Flush and no Sync.  Until a Sync, PostgreSQL keeps the transaction
    open, with its locks, and `statement_timeout` running: it would cancel a later statement.
    """
    await connection.execute(NOTHING)


def unavailable(error: BaseException) -> StoreUnavailable:
    """Convert one of FAILED for the caller of the store."""
    if isinstance(error, asyncpg.UndefinedTableError | asyncpg.UndefinedColumnError):
        return StoreUnavailable(f"{reason(error)}: apply the migrations ({PROGRAM} migrate)")
    if is_full(error):
        return StoreUnavailable(
            f"{reason(error)}: close other programs' connections, or raise the limit"
        )
    if isinstance(error, UNPREPARED):
        return StoreUnavailable(
            f"{reason(error)}: a pooler is in transaction mode: add pooler=transaction to "
            "DATABASE_URL"
        )
    if isinstance(error, asyncpg.DiskFullError):
        return StoreFull(f"{reason(error)}: make room on the database's disk")
    return StoreUnavailable(reason(error))


def rejected(error: BaseException) -> StoreRejected:
    """Convert one of REJECTED.

    A payer without an account violates a constraint of `transfers`, one with too few chips a
    constraint of `accounts`.
    """
    broken = (getattr(error, "table_name", None), getattr(error, "column_name", None))
    rule = getattr(error, "constraint_name", None)
    if rule == "accounts_balance_covered" or broken == ("transfers", "source"):
        return Overdrawn(reason(error))
    return StoreRejected(reason(error))


def reason(error: BaseException) -> str:
    """The error in one line, with its type."""
    return f"{type(error).__name__}: {first_line(error)}"


def _unusable(error: BaseException) -> StoreUnavailable:
    if isinstance(error, asyncpg.UndefinedTableError | asyncpg.UndefinedColumnError):
        return unavailable(error)
    why = first_line(error)
    return StoreUnavailable(f"the database cannot be used: {of_pooler(why) or why}")
