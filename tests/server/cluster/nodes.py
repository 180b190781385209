"""Users of links that check what they are told, in virtual time."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from typing import Any, NamedTuple

from pokerws.server.cluster.links import Link, Links, Why
from pokerws.server.cluster.packets import Incarnation, Peer
from tests.server.cluster.memory_bus import MemoryNetwork
from tests.simulation.hostile import LoopClock, VirtualLoop


def in_virtual_time(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on a loop whose clock jumps to what is due next."""
    loop = VirtualLoop()
    try:
        loop.run_until_complete(work)
    finally:
        loop.close()


class Sent(NamedTuple):
    """A frame on its way, by its number on its link."""

    number: int
    at_s: float
    frame: bytes


class Break(NamedTuple):
    at_s: float
    why: Why


class Node:
    """A process with links.  Each frame begins with its number on its link."""

    def __init__(self, network: MemoryNetwork, name: str, incarnation: str) -> None:
        self.network = network
        self.peer = Peer(name, Incarnation(incarnation))
        self.bus = network.bus()
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self.links = Links(self.bus, self.peer, LoopClock(loop), self)
        # By the receiver; None are all.
        self.sent: dict[Peer | None, list[Sent]] = defaultdict(list)
        self.numbers: dict[Link, list[int]] = defaultdict(list)
        self.frames: dict[Link, list[bytes]] = defaultdict(list)
        self.breaks: dict[Link, list[Break]] = defaultdict(list)
        # A frame's number, that of the one before it, and whether a break was told in between.
        self._is_warned: dict[Link, bool] = defaultdict(bool)
        self.unwarned: list[tuple[Link, int, int]] = []

    @classmethod
    async def started(cls, network: MemoryNetwork, name: str, incarnation: str = "a") -> "Node":
        node = cls(network, name, f"{name}-{incarnation}")
        await node.links.start()
        return node

    def send(self, receiver: Peer | None, size: int = 0) -> bool:
        sent = self.sent[receiver]
        frame = (len(sent) + 1).to_bytes(4, "big") + self.network.rng.randbytes(size)
        sent.append(Sent(len(sent) + 1, asyncio.get_running_loop().time(), frame))
        if receiver is None:
            return self.links.send_all(frame)
        return self.links.send(receiver, frame)

    def received(self, link: Link, frame: bytes) -> None:
        numbers, number = self.numbers[link], int.from_bytes(frame[:4], "big")
        before = numbers[-1] if numbers else 0
        if number != before + 1 and not self._is_warned[link]:
            self.unwarned.append((link, before, number))
        self._is_warned[link] = False
        numbers.append(number)
        self.frames[link].append(frame)

    def link_broken(self, link: Link, why: Why) -> None:
        self.breaks[link].append(Break(asyncio.get_running_loop().time(), why))
        self._is_warned[link] = True

    def whys(self, peer: Peer, *, to_all: bool = False) -> list[Why]:
        return [one.why for one in self.breaks[Link(peer, to_all)]]


def link_to(sender: Node, receiver: Node, *, to_all: bool) -> tuple[Link, list[Sent]]:
    """A link as its receiver knows it, and what was sent over it."""
    return Link(sender.peer, to_all), sender.sent[None if to_all else receiver.peer]


def faults_of(sender: Node, receiver: Node, *, to_all: bool, within_s: float) -> list[str]:
    """What a receiver was told wrongly of a link, or too late."""
    link, sent = link_to(sender, receiver, to_all=to_all)
    numbers, breaks = receiver.numbers[link], receiver.breaks[link]
    faults = [f"{one} without a warning" for one in receiver.unwarned if one[0] == link]
    if numbers != sorted(set(numbers)):
        faults.append(f"{link}: not in order, or twice: {numbers}")
    arrived = dict(zip(numbers, receiver.frames[link], strict=True))
    for one in sent:
        if one.number in arrived:
            if arrived[one.number] != one.frame:
                faults.append(f"{link}: another frame {one.number} than was sent")
        elif not any(one.at_s <= told.at_s <= one.at_s + within_s for told in breaks):
            faults.append(f"{link}: {one.number} was lost at {one.at_s}, and nobody told: {breaks}")
    return faults
