"""A bus in virtual time that delays, drops, doubles and reorders messages, by a seed.

It breaks more than NATS does, which never changes the order of one sender's messages.
"""

import asyncio
import random
from collections.abc import Sequence
from contextvars import copy_context
from functools import partial
from typing import NamedTuple

from pokerws.server.cluster.bus import BusListener


class Faults(NamedTuple):
    """How likely each fault is for a message, and how long it usually takes."""

    drop: float = 0.0
    double: float = 0.0
    # It takes a second at most, and those behind it do not wait.
    reorder: float = 0.0
    delay_s: float = 0.002


CALM = Faults()


class MemoryNetwork:
    """What connects the buses of a test.  `faults` may be changed at any time."""

    def __init__(self, seed: int, faults: Faults = CALM) -> None:
        self.rng = random.Random(seed)
        self.faults = faults
        self.buses: list[MemoryBus] = []
        # Pairs that do not reach each other, though both are connected.
        self.cuts: set[frozenset[MemoryBus]] = set()
        # When the last message of a sender arrives at a receiver: the next one comes after it.
        self._last_s: dict[tuple[MemoryBus, MemoryBus], float] = {}
        # How many messages were sent, and how many of them a fault of the seed has dropped.
        self.sent = self.dropped = 0

    def bus(self, most_bytes: int = 4_096) -> "MemoryBus":
        bus = MemoryBus(self, most_bytes)
        self.buses.append(bus)
        return bus

    def carry(self, sender: "MemoryBus", subject: str, message: bytes) -> None:
        self.sent += 1
        for receiver in self.buses:
            if subject in receiver.subjects and self.reaches(sender, receiver):
                for _ in range(self._copies()):
                    self._carry_to(receiver, sender, subject, message)

    def reaches(self, sender: "MemoryBus", receiver: "MemoryBus") -> bool:
        """Whether messages get from one to the other at all."""
        return frozenset((sender, receiver)) not in self.cuts

    def _copies(self) -> int:
        if self.rng.random() < self.faults.drop:
            self.dropped += 1
            return 0
        return 2 if self.rng.random() < self.faults.double else 1

    def _carry_to(
        self, receiver: "MemoryBus", sender: "MemoryBus", subject: str, message: bytes
    ) -> None:
        loop = asyncio.get_running_loop()
        way = (sender, receiver)
        if self.rng.random() < self.faults.reorder:
            at_s = loop.time() + self.rng.random()
        else:
            at_s = loop.time() + self.rng.expovariate(1 / self.faults.delay_s)
            # Two calls for the same time may be made in any order.
            at_s = self._last_s[way] = max(at_s, self._last_s.get(way, 0.0) + 1e-6)
        arrive = partial(receiver.arrive, receiver.connections, subject, message)
        loop.call_at(at_s, arrive, context=receiver.context)


class MemoryBus:
    """A process' connection to the network."""

    def __init__(self, network: MemoryNetwork, most_bytes: int) -> None:
        self.network, self.most_bytes = network, most_bytes
        self.subjects: Sequence[str] = ()
        self.listener: BusListener | None = None
        self.is_connected = False
        # In whose name its listener is called.
        self.context = copy_context()
        # What is on its way to an earlier connection does not arrive.
        self.connections = 0

    async def open(self, subjects: Sequence[str], listener: BusListener) -> None:
        self.subjects, self.listener = subjects, listener
        self.connect()

    def send(self, subject: str, message: bytes) -> bool:
        if self.is_connected:
            self.network.carry(self, subject, message)
        return self.is_connected

    async def close(self) -> None:
        self.crash()

    def arrive(self, connection: int, subject: str, message: bytes) -> None:
        if self.is_connected and connection == self.connections and self.listener is not None:
            self.listener.message(subject, message)

    def crash(self) -> None:
        """The process ends where it stands, and nobody is told."""
        self.subjects, self.listener, self.is_connected = (), None, False

    def connect(self) -> None:
        if self.listener is not None:
            self.is_connected = True
            self.connections += 1
            self.listener.connected()

    def disconnect(self) -> None:
        if self.listener is not None:
            self.is_connected = False
            self.listener.disconnected()

    def cut(self, for_s: float) -> None:
        """Lose the connection, and have it back later."""
        if self.is_connected:
            self.disconnect()
            asyncio.get_running_loop().call_later(for_s, self.connect)
