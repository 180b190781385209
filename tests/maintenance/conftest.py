"""An archive and a repair shop on a database of their own."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.maintenance.archiving import Archiving
from tests.maintenance.repairs import Repairs


@pytest.fixture
def archiving(database_url: str, tmp_path: Path) -> Archiving:
    return Archiving(database_url, tmp_path / "archive")


@pytest.fixture
async def repairs(database_url: str, tmp_path: Path) -> AsyncIterator[Repairs]:
    operator = await asyncpg.connect(database_url)
    yield Repairs(database_url, operator, tmp_path / "repair")
    await operator.close()
