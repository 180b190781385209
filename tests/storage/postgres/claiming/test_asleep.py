"""A real process that is stopped for longer than its lease, and another one that takes over."""

import asyncio
import json
import signal
import sys

from pokerws.game.state import TableId
from pokerws.storage.postgres.connecting import Connection
from tests.storage.clusters import ROOT
from tests.storage.postgres.conftest import Server

T1 = TableId("t1")

SLEEPER = """
import asyncio, json, sys
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.lease import Lease, Tenure
from pokerws.storage.postgres.store import PostgresStore
from tests.storage.changes import change

def tell(*what):
    print(json.dumps(what), flush=True)

async def main():
    address, tenure = address_of(sys.argv[1]), Tenure()
    lease = Lease(address, "sleeper", tenure)
    await lease.register(is_alone=False)
    store = await PostgresStore.open(address, tenure=tenure)
    saved = await store.save([change("t1")])
    lease.on_new_incarnation = lambda new: tell("new", new)
    lost = asyncio.Event()
    def on_lost():
        tell("lost", tenure.id)
        lost.set()
    lease.start(on_lost)
    tell("owns", tenure.id)
    await lost.wait()
    tell("wrote", sorted(await store.save([change("t1", 1)])))
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_server_that_sleeps_past_its_lease_loses_its_tables_and_is_a_new_one_when_it_wakes(
    second: Server, operator: Connection, database_url: str
) -> None:
    sleeper = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SLEEPER, database_url),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert sleeper.stdout is not None

    heard: dict[str, object] = {}

    async def told(what: str) -> object:
        assert sleeper.stdout is not None
        while what not in heard and (line := await sleeper.stdout.readline()):
            # Log lines come in between.
            if line.startswith(b'["'):
                name, value = json.loads(line)
                heard[name] = value
        return heard[what]

    try:
        async with asyncio.timeout(60):
            was = str(await told("owns"))
            sleeper.send_signal(signal.SIGSTOP)
            while not (gone := await second.store.giving.holders_gone()):
                pass
            assert gone == [was]
            left = await second.store.giving.claim_left(gone, 10, active=True)
            assert [claimed.epoch for claimed in left.values()] == [2]
            sleeper.send_signal(signal.SIGCONT)

            assert await told("lost") == was
            assert await told("wrote") == []
            new = await told("new")
        living = "SELECT incarnation FROM owners WHERE ended_at IS NULL AND node = 'sleeper'"
        assert await operator.fetchval(living) == new != was
        assert await operator.fetchval("SELECT owner_incarnation FROM games") == second.tenure.id
    finally:
        sleeper.kill()
        await sleeper.wait()
