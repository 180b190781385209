"""A connection through a pooler in transaction mode, such as PgBouncer or Supavisor.

Each transaction may run on another backend of PostgreSQL.  Nothing that is kept in a session can be
used: settings, named prepared statements, advisory locks of a session.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg

if TYPE_CHECKING:
    _Base = asyncpg.Connection[asyncpg.Record]
else:
    _Base = asyncpg.Connection

# These are lists of names, each of which is quoted by itself.
LISTS = frozenset({"search_path", "temp_tablespaces"})
# It would come too late for a transaction that has begun.
READ_ONLY = "default_transaction_read_only"
UNNAMED = ""


class SharedConnection(_Base):
    """A connection whose transactions may each run on another backend.

    A statement outside of a transaction gets one of its own.  Each transaction begins with the
    settings that another connection would keep in its session.  An error that leaves the state
    unknown leaves the transaction open: the caller drops the connection, as any in that state.
    """

    settings_sql = ""

    async def execute(self, query: str, *args: Any, **how: Any) -> str:
        """Execute statements; a BEGIN takes the settings along, in the same round trip."""
        if query.startswith("BEGIN"):
            return await super().execute(f"{query.rstrip(';')};{self.settings_sql}")
        async with self._in_transaction():
            return await super().execute(query, *args, **how)

    async def fetch(self, query: str, *args: Any, **how: Any) -> Any:
        """Fetch all rows."""
        async with self._in_transaction():
            return await super().fetch(query, *args, **how)

    async def fetchrow(self, query: str, *args: Any, **how: Any) -> Any:
        """Fetch the first row."""
        async with self._in_transaction():
            return await super().fetchrow(query, *args, **how)

    async def fetchval(self, query: str, *args: Any, **how: Any) -> Any:
        """Fetch one value of the first row."""
        async with self._in_transaction():
            return await super().fetchval(query, *args, **how)

    async def prepare(self, query: str, **how: Any) -> Any:
        """Check a statement.  It can be used only in the transaction around this call."""
        async with self._in_transaction():
            return await super().prepare(query, **{**how, "name": UNNAMED})

    @asynccontextmanager
    async def _in_transaction(self) -> AsyncIterator[None]:
        if self.is_in_transaction():
            yield
            return
        await self.execute("BEGIN")
        try:
            yield
        except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError):
            if not self.is_closed():
                await super().execute("ROLLBACK")
            raise
        await super().execute("COMMIT")


def settings_sql(settings: Mapping[str, str]) -> str:
    """The statements that make settings for the rest of a transaction.

    They need no snapshot, so a transaction may still be made writable after them.
    """
    sql = [_set(name, value) for name, value in settings.items() if name != READ_ONLY]
    if settings.get(READ_ONLY) == "on":
        sql.append("SET TRANSACTION READ ONLY")
    return ";".join(sql)


def _set(name: str, value: str) -> str:
    values = [part.strip().strip('"') for part in value.split(",")] if name in LISTS else [value]
    return f"SET LOCAL {name} = {', '.join(map(_literal, values))}"


def _literal(text: str) -> str:
    # An escape string, so that it means the same whatever standard_conforming_strings is.
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"E'{escaped}'"
