"""Players who attack with what the protocol allows; play at another table goes on meanwhile."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from websockets.asyncio.client import connect

from pokerws.server.app import App
from tests.server.conftest import Connect, Message, Raw
from tests.server.resident import MAX_GROWTH_BYTES, resident_bytes
from tests.settings import settings_of

QUICK = {"seats": 2, "next_hand_delay_ms": 0}
# Where a query or a page is put together from such a text, it does harm.
EVIL = ("'; DROP TABLE games;--", '<img src=x onerror="a()">', "$1 %s {0} \\x27")


class Duel:
    """Two players who check and call, hand after hand, for as long as they are let."""

    def __init__(self) -> None:
        self.hands = 0
        self._ended = asyncio.Condition()

    async def play(self, player: Raw, table: str) -> None:
        """Act for `player` at each of its turns."""
        seat = player.welcome["seat"]
        while True:
            message = await player.receive()
            if message["type"] == "rejected":
                raise AssertionError(message)
            for event in message.get("events", ()):
                if event["type"] == "hand_ended" and seat == 0:
                    async with self._ended:
                        self.hands += 1
                        self._ended.notify_all()
                if event["type"] == "turn_started" and event["turn"]["seat"] == seat:
                    turn = event["turn"]
                    action = "check" if "check" in turn["actions"] else "call"
                    act = {"table": table, "turn": turn["number"], "action": action}
                    await player.send({"type": "act", **act})

    async def more_hands(self, count: int) -> None:
        """Until so many hands more have been played."""
        wanted = self.hands + count
        async with self._ended:
            await self._ended.wait_for(lambda: self.hands >= wanted)


@asynccontextmanager
async def a_duel(connect_as: Connect) -> AsyncIterator[Duel]:
    """A table at which two others play, however long the block takes."""
    players = [await connect_as("Left"), await connect_as("Right")]
    table = str((await players[0].ask("create_table", name="Quiet", config=QUICK))["table"])
    for seat, player in enumerate(players):
        player.welcome["seat"] = seat
        await player.ask("watch", table=table)
    duel, before = Duel(), resident_bytes()
    tasks = []
    for seat, player in enumerate(players):
        await player.send({"type": "sit", "table": table, "seat": seat, "buy_in": 10_000})
        tasks.append(asyncio.create_task(duel.play(player, table)))
    try:
        yield duel
        for task in tasks:
            assert not task.done(), task.exception()
        assert resident_bytes() - before < MAX_GROWTH_BYTES
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def no_traceback(output: str) -> None:
    assert "Traceback" not in output
    assert "table_failed" not in output


@pytest.mark.settings(max_watchers_per_table=20)
async def test_a_thousand_connects_and_drops_on_one_seat_change_nothing_for_the_others(
    app: App, open_connection: Connect, capfd: pytest.CaptureFixture[str]
) -> None:
    mallory, ben = await open_connection("Mallory"), await open_connection("Ben")
    table = str((await ben.ask("create_table", name="Shared", config={"seats": 3}))["table"])
    for seat, player in enumerate((mallory, ben)):
        await player.ask("sit", table=table, seat=seat, buy_in=10_000)
    token = mallory.welcome["session"]

    async def come_and_go(times: int) -> None:
        for number in range(times):
            async with connect(app.socket_url, compression=None) as connection:
                raw = Raw(connection)
                await raw.ask("hello", token=token)
                await raw.send({"type": "watch", "table": table})
                if number % 2:
                    # Half of them go without a word, in the middle of what they asked for.
                    connection.transport.abort()

    async with a_duel(open_connection) as duel:
        await asyncio.gather(*(come_and_go(125) for _ in range(8)))
        await duel.more_hands(3)
    # There is room for as many watchers as before.
    late = await open_connection("Late")
    assert (await late.ask("watch", table=table))["type"] == "accepted"
    await ben.ask("watch", table=table)
    state = (await ben.until("snapshot"))["state"]
    assert [seat["name"] for seat in state["seats"][:2]] == ["Mallory", "Ben"]
    assert sum(seat["stack"] for seat in state["seats"][:2]) + pot(state) == 20_000
    while app.connections > 5:
        await ben.ask("ping")
    no_traceback(capfd.readouterr().out)


def pot(state: Message) -> int:
    """All chips of the hand in play that are in no stack."""
    hand = state["hand"]
    if hand is None:
        return 0
    seats = [seat for seat in hand["seats"] if seat is not None]
    pots = sum(one["amount"] for one in hand.get("pots", []))
    in_pots = 0 if pots else sum(seat.get("in_pots", 0) for seat in seats)
    chips: int = sum(seat.get("bet", 0) for seat in seats) + pots + in_pots + hand.get("dead", 0)
    return chips


@pytest.mark.settings(outbox_frames=16)
async def test_a_client_that_never_reads_does_not_slow_its_own_fast_table(
    app: App, open_connection: Connect, capfd: pytest.CaptureFixture[str]
) -> None:
    async with a_duel(open_connection) as duel:
        await duel.more_hands(1)
        [listing] = (await (await open_connection("Ann")).ask("list_tables"))["tables"]
        # What the system buffers for a connection is megabytes, unless it is told otherwise.
        narrow = socket.create_connection(("127.0.0.1", app.port))
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        async with connect(app.socket_url, sock=narrow, compression=None) as connection:
            deaf = Raw(connection)
            await deaf.ask("hello", name="Deaf")
            connection.transport.pause_reading()
            await deaf.send({"type": "watch", "table": listing["table"]})
            connected = app.connections
            while app.connections == connected:
                await duel.more_hands(1)
            await duel.more_hands(3)
            connection.transport.abort()
    no_traceback(capfd.readouterr().out)


@pytest.fixture
async def stored_app(database_url: str, tmp_path: Path) -> AsyncIterator[App]:
    """A server that stores everything and is strict."""
    app = App(
        settings_of(
            port=0,
            database_url=database_url,
            vault_key_file=str(tmp_path / "vault.key"),
            use_db_repository=True,
            use_event_persistence=True,
            use_input_validation=True,
        )
    )
    await app.start()
    yield app
    await app.stop()


def with_evil(evil: str) -> list[dict[str, Any]]:
    """A message of every kind, with the text in every field that takes one."""
    table = {"table": evil[:64]}
    return [
        {"type": "hello", "name": evil[:24], "token": evil},
        {"type": "hello", "name": evil[:24], "capabilities": [evil]},
        {"type": "create_table", "name": evil[:40], "config": {}},
        {"type": "create_table", "name": evil[:40], "config": {"variant": evil}},
        {"type": "watch", **table},
        {"type": "unwatch", **table},
        {"type": "sit", "buy_in": 10_000, **table},
        {"type": "stand", **table},
        {"type": "add_chips", "amount": evil, **table},
        {"type": "act", "turn": 1, "action": evil, **table},
        {"type": "chat", "text": evil, **table},
        {"type": evil},
        {"type": "ping", evil: evil},
    ]


@pytest.mark.parametrize("evil", EVIL)
async def test_queries_and_markup_in_every_text_stay_texts(
    stored_app: App, database_url: str, evil: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with connect(stored_app.socket_url, compression=None) as connection:
        raw = Raw(connection)
        welcome = await raw.ask("hello", id=evil, name=evil[:24])
        assert welcome["name"] == evil[:24]
        for number, message in enumerate(with_evil(evil)):
            answer = await raw.ask(**{"id": f"{number} {evil}"[:64], **message})
            assert answer["type"] in ("accepted", "rejected"), answer
            assert answer.get("code") not in ("table_unavailable", "bank_unavailable"), answer
        opened = await raw.ask("create_table", name=evil[:40], config={})
        await raw.ask("watch", table=opened["table"])
        await raw.until("snapshot")
        await raw.ask("sit", id=evil, table=opened["table"], buy_in=10_000)
        events = (await raw.until("events"))["events"]
        assert events[0]["name"] == evil[:24]
        await raw.ask("chat", id="said", table=opened["table"], text=evil)
        assert (await raw.until("chat"))["text"] == evil
        # What it was answered is kept with the table, under an id that is such a text too.
        again = await raw.ask("sit", id=evil, table=opened["table"], buy_in=10_000)
        assert again["type"] == "accepted"
    assert await stored_app.stop()
    database = await asyncpg.connect(database_url)
    try:
        row = await database.fetchrow(
            "SELECT name, snapshot::jsonb #>> '{table,seats,0,name}' AS player, status "
            "FROM games JOIN game_snapshots ON game_id = id WHERE id = $1",
            opened["table"],
        )
        assert row is not None
        assert tuple(row) == (evil[:40], evil[:24], "waiting")
        assert await database.fetchval("SELECT count(*) FROM game_events") > 0
    finally:
        await database.close()
    no_traceback(capfd.readouterr().out)
