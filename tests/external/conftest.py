"""One cluster of Debian's PostgreSQL for all tests of a process, and roles and databases there."""

from collections.abc import Iterator

import pytest

from tests.external.debian_postgres import DebianPostgres, debian_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[DebianPostgres]:
    with debian_postgres() as server:
        yield server


@pytest.fixture
def owner(postgres: DebianPostgres) -> str:
    """A role without any right but to log in."""
    return postgres.role()


@pytest.fixture
def database(postgres: DebianPostgres, owner: str) -> str:
    """An empty database that belongs to `owner`."""
    return postgres.database(owner)
