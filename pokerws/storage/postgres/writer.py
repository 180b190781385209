"""The connection of the store that writes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import structlog

from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import (
    FAILED,
    REJECTED,
    Connection,
    connect,
    end_transaction,
    reason,
)

CLOSE_S = 2.0
APPLICATION = "pokerws"

log = structlog.get_logger("pokerws.postgres")


class Writer:
    """One connection, opened on demand, and dropped if its state is unknown."""

    def __init__(self, address: Address, settings: dict[str, str], timeout_s: float) -> None:
        self.address = address
        self._settings = settings
        self._timeout_s = timeout_s
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()

    async def fetch(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        async with self._ready() as connection:
            return await connection.fetch(statement, *arguments)

    async def prepare(self, statement: str) -> None:
        """Check a statement, and have it ready for the first `fetch`."""
        async with self._ready() as connection:
            await connection.prepare(statement)
            await end_transaction(connection)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.close(timeout=CLOSE_S)
            except FAILED as error:
                log.debug("connection_terminated", error=reason(error))

    @asynccontextmanager
    async def _ready(self) -> AsyncIterator[Connection]:
        async with self._turn:
            connection = self._connection
            if connection is None or connection.is_closed():
                connection = self._connection = await connect(
                    self.address, APPLICATION, settings=self._settings, answer_s=self._timeout_s
                )
            try:
                try:
                    yield connection
                except REJECTED:
                    # The arguments may have been refused before they were sent.
                    await end_transaction(connection)
                    raise
            except REJECTED:
                raise
            except BaseException:
                connection.terminate()
                self._connection = None
                raise
