"""One server is restarted under load, again and again: no command is lost, nor what was shown.

DEPLOYS=10 does so ten times.
"""

import os
import sys
from collections.abc import Callable

import pytest

from tests.e2e.faults import Cluster, a_cluster, serving, tables_in_play

DEPLOYS = int(os.environ.get("DEPLOYS", "2"))

cluster = pytest.fixture(scope="module")(a_cluster)


@pytest.mark.parametrize("drain_ms", [0, 400], ids=["at once", "after the hands"])
async def test_deploys_under_load_lose_nothing(
    cluster: Cluster, drain_ms: int, record_property: Callable[[str, object], None]
) -> None:
    dsn = await cluster.database()
    async with serving(dsn, durable=True, drain_ms=drain_ms) as server:
        async with tables_in_play(server, dsn) as played:
            for _ in range(DEPLOYS):
                await played.more(20)
                assert await server.stop() == 0
                await server.start()
            await played.more(20)
        assert await server.stop() == 0
    assert len(server.log("server_drains")) == DEPLOYS + 1
    assert all(line["all_stored"] for line in server.log("server_stopped"))
    await played.everything_shown_is_stored()
    record_property("longest_action_s", round(played.longest_s, 3))
    sys.stdout.write(f"longest action: {played.longest_s:.3f} s\n")
