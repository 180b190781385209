"""Links over a bus that drops, doubles, delays and reorders messages: a seed is a history."""

import asyncio
from collections.abc import Iterator
from itertools import permutations

import pytest

from pokerws.server.cluster.links import BEAT_MS
from tests.server.cluster.memory_bus import CALM, Faults, MemoryNetwork
from tests.server.cluster.nodes import Node, faults_of, in_virtual_time, link_to

SEEDS = 50
# In virtual time.
FAULTS_S, CALM_S = 20.0, 8.0
# A loss is noticed by the next message that arrives on the link.  With a third of them lost, one
# in a million times ten beats in a row are, and their sender goes on for twenty.
NOTICED_S = 12 * BEAT_MS / 1000 + 1.0


async def play(node: Node, others: list[Node], until_s: float) -> None:
    """Send frames of all sizes to all others, in bursts and after silences."""
    rng, loop = node.network.rng, asyncio.get_running_loop()
    while loop.time() < until_s:
        for _ in range(rng.choice((1, 1, 2, 8))):
            receiver = rng.choice([None, *(other.peer for other in others)])
            node.send(receiver, size=rng.choice((0, 10, 300, 3_000, 20_000)))
        await asyncio.sleep(rng.expovariate(1 / rng.choice((0.01, 0.1, 1.0))))


async def cut_some(nodes: list[Node], until_s: float) -> None:
    """Take connections away for up to four seconds."""
    rng, loop = nodes[0].network.rng, asyncio.get_running_loop()
    while loop.time() < until_s:
        await asyncio.sleep(rng.expovariate(1 / 3.0))
        rng.choice(nodes).bus.cut(for_s=rng.random() * 4)


async def history(seed: int, *, cuts: bool) -> tuple[MemoryNetwork, list[Node]]:
    network = MemoryNetwork(seed)
    rng = network.rng
    network.faults = Faults(
        drop=rng.choice((0.0, 0.02, 0.3)),
        double=rng.choice((0.0, 0.1)),
        reorder=rng.choice((0.0, 0.05)),
        delay_s=rng.choice((0.001, 0.05)),
    )
    nodes = [await Node.started(network, name) for name in ("ann", "ben", "cat")]
    works = [
        play(node, [other for other in nodes if other is not node], FAULTS_S) for node in nodes
    ]
    await asyncio.gather(*works, *([cut_some(nodes, FAULTS_S)] if cuts else []))
    # The last losses are noticed by beats, which are lost as before.
    await asyncio.sleep(CALM_S / 2)
    network.faults = CALM
    await asyncio.sleep(CALM_S / 2)
    return network, nodes


def links(nodes: list[Node]) -> Iterator[tuple[Node, Node, bool]]:
    for sender, receiver in permutations(nodes, 2):
        for to_all in (False, True):
            yield sender, receiver, to_all


@pytest.mark.parametrize("cuts", [False, True])
def test_nothing_comes_twice_or_out_of_order_and_every_loss_is_noticed(*, cuts: bool) -> None:
    lost = delivered = old = 0

    async def work(seed: int) -> None:
        nonlocal lost, delivered, old
        _network, nodes = await history(seed, cuts=cuts)
        for sender, receiver, to_all in links(nodes):
            # Who is cut off is told when the connection is lost, and of all others after it.
            within_s = NOTICED_S + (FAULTS_S if cuts else 0)
            found = faults_of(sender, receiver, to_all=to_all, within_s=within_s)
            assert not found, (seed, found)
            link, sent = link_to(sender, receiver, to_all=to_all)
            delivered += len(receiver.numbers[link])
            lost += len(sent) - len(receiver.numbers[link])
            old += receiver.links.counts.packets_old
            assert not any(one._parts for one in receiver.links._incoming.values())

    for seed in range(SEEDS):
        in_virtual_time(work(seed))
    # The faults have happened, and play went on in spite of them.
    assert lost > SEEDS
    assert old > SEEDS
    assert delivered > lost


def test_without_faults_all_is_delivered_and_no_link_breaks() -> None:
    async def work(seed: int) -> None:
        network = MemoryNetwork(seed)
        nodes = [await Node.started(network, name) for name in ("ann", "ben")]
        await asyncio.gather(play(nodes[0], nodes[1:], 20.0), play(nodes[1], nodes[:1], 20.0))
        await asyncio.sleep(CALM_S)
        for sender, receiver, to_all in links(nodes):
            link, sent = link_to(sender, receiver, to_all=to_all)
            assert receiver.frames[link] == [one.frame for one in sent]
            assert receiver.breaks[link] == []

    for seed in range(10):
        in_virtual_time(work(seed))


def test_a_seed_is_one_history() -> None:
    counts = []

    async def work() -> None:
        network, nodes = await history(7, cuts=True)
        counts.append((network.sent, [node.links.counts for node in nodes]))

    in_virtual_time(work())
    in_virtual_time(work())
    assert counts[0] == counts[1]
