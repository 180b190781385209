"""The connection of the store that writes."""

import asyncio
from functools import partial

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
from pokerws.storage.postgres.connecting.retrying import ROLLED_BACK, retried

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
        self._is_closed = False
        self._turn = asyncio.Lock()

    async def fetch(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        # Not by a context manager for both: each batch passes here, and would pay 15 thousand
        # instructions for it.
        async with self._turn:
            connection = self._connection
            if connection is None or connection.is_closed():
                connection = await self._connect()
            try:
                try:
                    return await connection.fetch(statement, *arguments)
                except ROLLED_BACK as error:
                    return await retried(partial(connection.fetch, statement, *arguments), error)
            except BaseException as error:
                await self._failed(connection, error)
                raise

    async def prepare(self, statement: str) -> None:
        """Check a statement, and have it ready for the first `fetch`."""
        async with self._turn:
            connection = self._connection
            if connection is None or connection.is_closed():
                connection = await self._connect()
            try:
                await connection.prepare(statement)
                await end_transaction(connection)
            except BaseException as error:
                await self._failed(connection, error)
                raise

    async def close(self) -> None:
        """Close the connection, and open no other one from now on."""
        self._is_closed = True
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.close(timeout=CLOSE_S)
            except FAILED as error:
                log.debug("connection_terminated", error=reason(error))

    async def _connect(self) -> Connection:
        connection = await connect(
            self.address, APPLICATION, settings=self._settings, answer_s=self._timeout_s
        )
        if self._is_closed:
            connection.terminate()
            raise ConnectionError("the store is closed")
        self._connection = connection
        return connection

    async def _failed(self, connection: Connection, error: BaseException) -> None:
        """Drop a connection after an error, unless only the statement was rejected."""
        is_kept = False
        try:
            if isinstance(error, REJECTED):
                # The arguments may have been refused before they were sent.
                await end_transaction(connection)
                is_kept = True
        except REJECTED:
            is_kept = True
            raise
        finally:
            if not is_kept:
                connection.terminate()
                self._connection = None
