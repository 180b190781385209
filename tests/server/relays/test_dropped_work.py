"""Python reports no work of a relay that is over before it begins."""

import asyncio
import gc
import warnings

import pytest

from pokerws.messages import JSON, Watch
from pokerws.server.relays import frames
from pokerws.server.relays.relayed_session import RelayedSession
from tests.server.relays.scripted import ONE, Cluster, in_cluster


@pytest.mark.parametrize("ends", ["relay", "server"])
@pytest.mark.parametrize(
    "frame",
    [frames.Rewatch(1, None, None, None), frames.Forward(1, 1, 0, JSON.encode(Watch("m", ONE)))],
    ids=["rewatch", "message"],
)
def test_what_a_relay_has_not_begun_is_dropped(
    frame: frames.Rewatch | frames.Forward, ends: str
) -> None:
    def take(session: RelayedSession) -> None:
        session.take(frame)
        assert session._work is not None
        if ends == "relay":
            session.leave()
        else:
            session._work.cancel()

    async def script(cluster: Cluster) -> None:
        await cluster.watching(cluster.ben, "sue")
        (gateway,) = cluster.ann.node._owner._gateways.values()
        (session,) = gateway.sessions.values()
        cluster.loop.call_soon(take, session, context=cluster.ann.process.context.copy())
        await asyncio.sleep(0.1)

    with warnings.catch_warnings(record=True) as reported:
        warnings.simplefilter("always")
        in_cluster(script)
        gc.collect()
    assert reported == []
