"""A table in each storage mode, whose changes are stored when a test lets them, and its clients."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, get_args

import msgspec

from pokerws.game.state import TableId
from pokerws.messages import JSON
from pokerws.server.limits.limits import Meter
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby.outage_pause import CHECK_LAG_MS, PAUSE_AFTER_MS
from pokerws.storage.errors import StoreRejected
from pokerws.storage.journal.journal import Journal
from pokerws.storage.store import Change
from tests.server.fakes import ManualClock
from tests.server.in_process import Client, open_context, read
from tests.storage.faulty_store import FaultyStore

Mode = Literal["memory", "dual-write", "durable"]
MODES: tuple[Mode, ...] = get_args(Mode)
CONFIG = {"seats": 3, "next_hand_delay_ms": 60_000, "turn_time_ms": 600_000}
Message = dict[str, Any]

_encode = msgspec.json.Encoder().encode


class OrderedStore(FaultyStore):
    """A store that refuses all changes while `rejects` is set."""

    rejects = False

    async def save(self, changes: Sequence[Change]) -> set[TableId]:
        await self.open.wait()
        if self.rejects:
            raise StoreRejected("the data breaks a rule")
        return await super().save(changes)


class Speaker(Client):
    """A client that speaks plain JSON."""

    async def say(self, type: str, id: str, **fields: object) -> None:
        await self.sends(_encode({"type": type, "id": id, **fields}).decode())

    def hear(self) -> list[Message]:
        """What was sent since the last call."""
        return [read(JSON, frame) for frame in self.take()]


class World:
    """A server in one mode.  While it `holds`, changes are not stored."""

    def __init__(self, mode: Mode, rng: random.Random | None = None) -> None:
        self.mode = mode
        self.clock, self.store = ManualClock(), OrderedStore()
        self.journal = Journal(
            self.store,
            overwrite_edits=mode != "durable",
            clock=lambda: self.clock.now_ms() / 1000,
        )
        is_stored = mode != "memory"
        self.context = open_context(
            self.clock,
            rng or random.Random(1),
            store=self.store if is_stored else None,
            journal=self.journal if is_stored else None,
            durable=mode == "durable",
        )
        self.table = TableId("")

    def client(self, player: str, meter: Meter | None = None) -> Speaker:
        return Speaker(self.context, player=player, meter=meter)

    @property
    def actor(self) -> TableActor:
        actor = self.context.lobby.at(self.table)
        assert actor is not None
        return actor

    def hold(self) -> None:
        """Store nothing from now on."""
        self.store.open.clear()

    async def release(self, *, rejects: bool = False) -> None:
        """Store what has happened, or refuse to."""
        self.store.rejects = rejects
        self.store.open.set()
        await self.settle()
        self.store.rejects = False

    async def settle(self) -> None:
        if self.mode != "memory":
            await self.journal.flush(5)

    def pause(self) -> None:
        """So much time passes that tables pause which wait to be stored."""
        self.clock.advance(PAUSE_AFTER_MS + 2 * CHECK_LAG_MS)

    async def resume(self) -> None:
        await self.release()
        self.clock.advance(2 * CHECK_LAG_MS)
        await self.settle()

    async def open_table(self, client: Speaker) -> TableId:
        await client.say("create_table", "create", name="One", config=CONFIG)
        await self.settle()
        return TableId(next(one["table"] for one in client.hear() if one["type"] == "accepted"))


@asynccontextmanager
async def world_in(mode: Mode, rng: random.Random | None = None) -> AsyncIterator[World]:
    """A server that has started, with a table."""
    world = World(mode, rng)
    world.journal.start()
    await world.context.lobby.start()
    try:
        world.table = await world.open_table(world.client("host"))
        yield world
    finally:
        world.context.lobby.stop()
        world.store.open.set()
        await world.journal.stop(5)


async def seated(world: World, *players: str) -> list[Speaker]:
    """Clients that watch the table and sit there; nothing is left to hear."""
    clients = [world.client(player) for player in players]
    for seat, client in enumerate(clients):
        await client.say("watch", "watch", table=world.table)
        await client.say("sit", "sit", table=world.table, seat=seat, buy_in=10_000)
        await world.settle()
    for client in clients:
        client.hear()
    return clients


def answers(messages: list[Message]) -> list[str]:
    """The ids of answers, in order; of refusals with the code."""
    return [
        one["id"] + (f" {one['code']}" if one["type"] == "rejected" else "")
        for one in messages
        if "id" in one
    ]


def outline(messages: list[Message]) -> list[str]:
    """Each message as its type with its id, code, or numbers of events."""
    lines = []
    for one in messages:
        match one["type"]:
            case "events":
                seqs = range(one["seq"], one["seq"] + len(one["events"]))
                lines.append(f"events {' '.join(map(str, seqs))}")
            case "snapshot":
                lines.append(f"snapshot {one['seq']}")
            case _:
                lines.append(" ".join([one["type"], *answers([one])]))
    return lines
