"""Leases behind a pooler in transaction mode, where no state of a session holds."""

from collections.abc import Iterator

import pytest

from pokerws.storage.errors import OwnedElsewhere
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting.pooling import with_pooler
from pokerws.storage.postgres.migrate import migrate
from tests.external.debian_postgres import DebianPostgres
from tests.external.pgbouncer import pgbouncer
from tests.storage.changes import change
from tests.storage.postgres.conftest import a_server
from tests.storage.postgres.test_owners import T1


@pytest.fixture
def port(postgres: DebianPostgres, owner: str) -> Iterator[int]:
    with pgbouncer(postgres, "transaction", "default_pool_size = 3") as port:
        yield port


async def test_a_table_changes_its_server_by_its_lease(
    postgres: DebianPostgres, owner: str, database: str, port: int
) -> None:
    await migrate(address_of(postgres.url(database, owner)))
    address = await with_pooler(address_of(postgres.url(database, owner, port)), "test")
    assert address.shares_backends
    async with a_server(address, "poker-1") as first, a_server(address, "poker-2") as second:
        assert await first.store.save([change("t1")]) == {T1}
        with pytest.raises(OwnedElsewhere, match="poker-1"):
            await second.store.claim(T1)
        assert await first.lease.renew()
        await first.lease.give_up()
        claimed = await second.store.claim(T1)
        assert claimed is not None
        assert claimed.epoch == 2
        assert not await first.lease.renew()
        assert await first.store.save([change("t1", 1)]) == set()
