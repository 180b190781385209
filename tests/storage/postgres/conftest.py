"""A store and servers on a migrated database, and an operator's connection to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias
from unittest.mock import patch

import asyncpg
import pytest

from pokerws.storage.postgres.address import Address, address_of
from pokerws.storage.postgres.lease import Lease, Tenure
from pokerws.storage.postgres.store import PostgresStore

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

LEASE_S = 3600.0


class Server:
    """A store with a lease, as a server has it, but without its task.

    The lease ends when a test says so, on a machine of any speed.
    """

    def __init__(self, store: PostgresStore, lease: Lease, tenure: Tenure) -> None:
        self.store = store
        self.lease = lease
        self.tenure = tenure


@asynccontextmanager
async def a_server(address: Address | str, name: str) -> AsyncIterator[Server]:
    address = address_of(address) if isinstance(address, str) else address
    tenure = Tenure()
    with patch("pokerws.storage.postgres.lease.LEASE_S", LEASE_S):
        lease = Lease(address, name, tenure)
        await lease.register(is_alone=False)
        tenure.is_patient = False
        store = await PostgresStore.open(address, tenure=tenure)
        try:
            yield Server(store, lease, tenure)
        finally:
            await lease.give_up()
            await store.close()


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(address_of(database_url))
    yield store
    await store.close()


@pytest.fixture
async def first(database_url: str) -> AsyncIterator[Server]:
    async with a_server(database_url, "poker-1") as server:
        yield server


@pytest.fixture
async def second(database_url: str) -> AsyncIterator[Server]:
    async with a_server(database_url, "poker-2") as server:
        yield server


@pytest.fixture
async def operator(database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()
