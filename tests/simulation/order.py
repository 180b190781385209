"""Connections that send commands to a table at random, while it is stored late, refused or paused.

Each connection is checked for itself: its answers come in the order of its commands, `unwatch` ends
what comes of the table, and the numbers of events have no gaps.
"""

import asyncio
import random
from typing import Any

from tests.server.protocol.ordered import Message, Mode, Speaker, World, world_in

STEPS = 120
PLAYERS = ("ann", "ben", "cleo", "dan")
# What comes of a table to those who watch it.
OF_TABLE = (
    *("events", "snapshot", "chat", "notice"),
    *("presence", "player_disconnected", "player_reconnected", "table_waiting"),
)


class Talker:
    """One connection: its commands are carried out one after the other, as they come."""

    def __init__(self, world: World, player: str, number: int) -> None:
        self.world = world
        self.client: Speaker = world.client(player)
        self.sent: list[str] = []
        self.kinds: dict[str, str] = {}
        self.asked: dict[str, int] = {}
        self.heard: list[Message] = []
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._ids = (f"{number}-{one}" for one in range(10_000))
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            message = await self._queue.get()
            await self.client.say(**message)
            self._queue.task_done()

    def say(self, type: str, **fields: Any) -> None:
        command_id = next(self._ids)
        self.sent.append(command_id)
        self.kinds[command_id] = type
        if "after_seq" in fields:
            self.asked[command_id] = fields["after_seq"]
        self._queue.put_nowait({"type": type, "id": command_id, "table": self.world.table} | fields)

    def hear(self) -> None:
        self.heard += self.client.hear()

    @property
    def seen(self) -> int:
        """The latest event that the client knows."""
        self.hear()
        return max((last_seq(one) for one in self.heard), default=0)

    async def done(self) -> None:
        """All that it has sent was carried out."""
        await self._queue.join()

    def leave(self) -> None:
        """The connection ends; what comes after that is nobody's."""
        self._task.cancel()
        self.client.leave()
        self.hear()


def last_seq(message: Message) -> int:
    match message["type"]:
        case "events":
            return int(message["seq"]) + len(message["events"]) - 1
        case "snapshot":
            return int(message["seq"])
        case _:
            return 0


async def play(seed: int, mode: Mode) -> int:
    """One history; returns how many answers were checked.  Raises AssertionError."""
    rng = random.Random(seed)
    async with world_in(mode, rng) as world:
        numbers = iter(range(10_000))
        talkers = [Talker(world, player, next(numbers)) for player in (*PLAYERS, "ann")]
        gone: list[Talker] = []
        for _ in range(STEPS):
            roll = rng.random()
            if roll < 0.08:
                world.hold()
            elif roll < 0.15:
                await world.release(rejects=rng.random() < 0.15)
            elif roll < 0.20:
                world.clock.advance(rng.choice((100, 1_500, 60_000)))
            elif roll < 0.22:
                left = talkers.pop(rng.randrange(len(talkers)))
                left.leave()
                gone.append(left)
                talkers.append(Talker(world, left.client.player, next(numbers)))
            else:
                speak(rng, rng.choice(talkers))
            await asyncio.sleep(0)
        for _ in range(3):
            # A payment may wait for another one.
            await world.resume()
        for talker in talkers:
            await talker.done()
        await world.resume()
        for talker in talkers:
            talker.hear()
            assert [one["id"] for one in talker.heard if "id" in one] == talker.sent
            talker.leave()
        return sum(check(talker, world.table) for talker in [*talkers, *gone])


def speak(rng: random.Random, talker: Talker) -> None:
    """A command, which may be legal."""
    match rng.choice(("seat", "play", "chat", "hand", "watch", "watch", "back", "unwatch")):
        case "seat":
            talker.say("sit", buy_in=5_000)
        case "play":
            amount = {"amount": 10} if (kind := rng.choice(PLAY)) == "add_chips" else {}
            talker.say(kind, **amount)
        case "chat":
            talker.say("chat", text="hello")
        case "hand":
            talker.say("get_hand", hand=1)
        case "watch":
            talker.say("watch")
        case "back":
            talker.say("watch", after_seq=talker.seen, epoch=1)
        case _:
            talker.say("unwatch")


# `act` lacks a field, so that it cannot be decoded.
PLAY = (
    *("sit_out", "sit_in", "stand", "add_chips", "act", "stay", "post_blind", "join_waiting_list"),
    *("leave_waiting_list", "pause_table", "get_ledger", "list_watchers"),
)


def check(talker: Talker, table: str) -> int:
    """What one connection has heard; it may have left before some answers."""
    heard, watching, seen, asked = talker.heard, False, 0, 0
    ids = [one["id"] for one in heard if "id" in one]
    assert ids == talker.sent[: len(ids)]
    for number, message in enumerate(heard):
        kind = message["type"]
        if kind == "accepted" and talker.kinds[message["id"]] in ("watch", "unwatch"):
            watching = talker.kinds[message["id"]] == "watch"
            # In memory, events that it asks for again may have been on their way to it.
            asked = talker.asked.get(message["id"], seen)
        elif kind == "accepted" and watching and message.get("seq", 0) > seen:
            news = next((one for one in heard[number + 1 :] if ends_or_shows(talker, one)), None)
            if news is not None and news["type"] == "events":
                assert news is heard[number + 1]
                assert news["seq"] == message["seq"]
        elif kind in OF_TABLE and message.get("table") == table:
            assert watching, f"{kind} comes to one who does not watch"
            if kind == "events":
                assert message["seq"] in (seen + 1, asked + 1), "each number comes once"
            seen = asked = last_seq(message) or seen
    return len(ids)


def ends_or_shows(talker: Talker, message: Message) -> bool:
    """Whether events would have to come before this message."""
    is_answer = message["type"] == "accepted" and talker.kinds[message["id"]] == "unwatch"
    return is_answer or message["type"] in ("events", "snapshot")
