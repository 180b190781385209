"""Servers of a cluster that end, sleep or crawl: who plays there goes on at another one."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.e2e.cluster.proxy import Proxy
from tests.e2e.cluster.rig import Place, at_each, nobody_left, nodes, play, ready, stop_all
from tests.e2e.faults import Cluster
from tests.e2e.process import ServerProcess
from tests.server.cluster.nats_server import NatsServer


@asynccontextmanager
async def balancer(server: ServerProcess) -> AsyncIterator[tuple[Proxy, str]]:
    """A load balancer before a server, and where clients connect to it."""
    async with Proxy(server.port) as proxy:
        yield proxy, f"ws://127.0.0.1:{proxy.port}/ws"


async def test_players_of_a_killed_gateway_go_on_at_another_one_without_a_snapshot(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with nodes(nats, dsn, 2) as (owner, gateway), balancer(gateway) as (proxy, url):
        async with play(dsn, Place(owner, [owner.socket_url, url, url])) as played:
            proxy.go_elsewhere(owner.port)
            await gateway.kill()
            await played.more(50)
            nobody_left(played, owner)
        await stop_all(owner)
    await played.nothing_is_lost()


async def test_players_go_on_when_owner_and_gateway_are_killed_at_once(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with nodes(nats, dsn, 3) as (owner, gateway, other), balancer(gateway) as (proxy, url):
        async with play(
            dsn,
            Place(owner, [other.socket_url, url, url]),
            Place(other, [url, other.socket_url]),
        ) as played:
            proxy.go_elsewhere(other.port)
            await asyncio.gather(owner.kill(), gateway.kill())
            await played.more(50)
            nobody_left(played, other)
        await stop_all(other)
    await played.nothing_is_lost()


async def test_a_server_without_tables_is_ended_while_it_sleeps_and_serves_on_when_it_wakes(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with nodes(nats, dsn, 2) as (owner, gateway):
        async with play(dsn, Place(owner, [owner.socket_url, gateway.socket_url])) as played:
            gateway.send(signal.SIGSTOP)
            try:
                await owner.logged("owner_ended")
            finally:
                gateway.send(signal.SIGCONT)
            await gateway.logged("lease_lost")
            await ready(gateway)
            await played.more(50)
            nobody_left(played, owner, gateway)
        # The row of the incarnation that has ended is closed.
        assert await postgres.ask(dsn, "SELECT count(*) FROM owners WHERE ended_at IS NULL") == 2
        await stop_all(owner, gateway)
    await played.nothing_is_lost()


async def test_nobody_is_disconnected_by_a_server_that_is_slow(
    postgres: Cluster, nats: NatsServer
) -> None:
    """It gets a fifth of a processor, in bursts that are shorter than its lease."""
    dsn = await postgres.database()
    async with nodes(nats, dsn, 2) as (first, slow):
        async with play(dsn, *at_each(first, slow)) as played:
            slowing = asyncio.create_task(crawl(slow))
            try:
                await played.more(30)
                assert not slowing.done()
            finally:
                slowing.cancel()
                await asyncio.wait([slowing])
            await played.more(20)
            nobody_left(played, first, slow)
        assert not slow.log("lease_lost")
        await stop_all(first, slow)
    await played.nothing_is_lost()


async def crawl(server: ServerProcess) -> None:
    """Stop a server again and again; it runs at the end."""
    try:
        while True:
            server.send(signal.SIGSTOP)
            await asyncio.sleep(0.2)
            server.send(signal.SIGCONT)
            await asyncio.sleep(0.05)
    finally:
        server.send(signal.SIGCONT)
