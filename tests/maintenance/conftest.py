"""An operator's connection, archives and repairs, each on a database of the test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from pokerws.storage.postgres.connecting import Connection
from tests.maintenance.archiving import Archiving
from tests.maintenance.repairs import Repairs


@pytest.fixture
async def operator(database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
def archiving(database_url: str, tmp_path: Path) -> Archiving:
    return Archiving(database_url, tmp_path / "archive")


@pytest.fixture
def repairs(database_url: str, operator: Connection, tmp_path: Path) -> Repairs:
    return Repairs(database_url, operator, tmp_path / "repair")
