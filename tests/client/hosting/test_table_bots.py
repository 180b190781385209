"""The bots that a host wants, against the real server in memory."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from structlog.testing import capture_logs

from pokerws.client import Client, CommandRejected, TableView, connect
from pokerws.client.styles import calling_station
from pokerws.game.config.table_config import TableConfig
from pokerws.server.app import App
from pokerws.server.clock import Clock
from pokerws.table_bots import Play, TableBots
from tests.settings import settings_of
from tests.unlimited import NO_LIMITS

CONFIG = TableConfig(seats=3, next_hand_delay_ms=0, turn_time_ms=600_000)


class House:
    """A server in memory that plays the bots of hosts, and looks often."""

    def __init__(self, app: App) -> None:
        self.app = app
        play = Play(app.socket_url, app.bot_token, (0, 0))
        self.bots = TableBots(app.lobby, app.presence, Clock(), play, check_ms=10, linger_ms=50)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so, for as long as a client can be answered meanwhile."""
        async with connect(self.app.socket_url, name="Rail") as rail:
            while not is_so():
                await rail.ping()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    app = App(
        settings_of(**{"port": 0, "use_input_validation": True, "absence_grace_ms": 0} | NO_LIMITS)
    )
    await app.start()
    house = House(app)
    task = asyncio.create_task(house.bots.run())
    yield house
    task.cancel()
    await asyncio.wait([task])
    await app.stop()


@asynccontextmanager
async def hosting(house: House, bots: int) -> AsyncIterator[tuple[Client, TableView]]:
    """Ann, who watches a table of hers with bots."""
    async with connect(house.app.socket_url, name="Ann") as ann:
        made = await ann.create_table("Ann's", CONFIG)
        view = await ann.watch(made)
        for _ in range(bots):
            await ann.bots.add(view.id, "calling_station")
        await view.wait_for(lambda view: view.table.seated_bots == bots)
        yield ann, view


async def plays(client: Client, view: TableView, hands: int) -> None:
    target = view.table.hand_number + hands
    while view.table.hand_number < target:
        seen = view.seq
        if view.turn is not None:
            await client.act(view.id, view.turn.number, *calling_station(view, random.Random(1)))
        else:
            await view.wait_for(
                lambda view, seen=seen: view.turn is not None or view.seq > seen  # type: ignore[misc]
            )
        if view.own is not None and not view.own.stack and view.table.hand is None:
            await client.add_chips(view.id)
            await client.sit_in(view.id)


async def test_bots_come_play_with_their_host_and_are_marked_as_bots(house: House) -> None:
    with capture_logs() as logs:
        async with hosting(house, 2) as (ann, view):
            assert [bot.style for bot in view.table.bots] == ["calling_station"] * 2
            await view.wait_for(
                lambda view: all(s is None or s.sitting_out for s in view.table.seats)
            )
            # Nobody plays yet, so that they take a break.
            await view.wait_for(lambda view: view.waiting_for == "needs_players")
            assert view.table.hand_number == 0
            await ann.sit(view.id, 10_000)
            await plays(ann, view, 5)
            assert [seat is not None and seat.bot for seat in view.table.seats].count(True) == 2
            (listed,) = await ann.list_tables()
            assert (listed.players, listed.bots) == (3, 2)
    assert [line for line in logs if line["event"] in ("bot_failed", "bot_ended")] == []


async def test_a_removed_bot_leaves_and_does_not_come_back(house: House) -> None:
    async with hosting(house, 2) as (ann, view):
        gone, left = view.table.bots
        await ann.bots.remove(view.id, gone.player)
        await view.wait_for(lambda view: view.table.seated_bots == 1)
        assert house.bots.running == 1
        assert view.table.seat_of(gone.player) is None
        assert view.table.seat_of(left.player) is not None
        with pytest.raises(CommandRejected, match="no_such_bot"):
            await ann.bots.remove(view.id, gone.player)


async def test_bots_leave_when_nobody_is_there_and_come_back_with_people(house: House) -> None:
    async with hosting(house, 2) as (_, view):
        table = view.id
    actor = await house.app.lobby.find(table)
    await house.until(lambda: not (house.bots.running or actor.table.players or actor.watchers))
    assert len(actor.table.bots) == 2
    async with connect(house.app.socket_url, name="Ben") as ben:
        view = await ben.watch(table)
        await view.wait_for(lambda view: view.table.seated_bots == 2)


async def test_a_visitor_who_vanishes_in_a_hand_leaves_the_bots_in_peace(house: House) -> None:
    async with hosting(house, 2) as (_, view):
        async with connect(house.app.socket_url, name="Ben") as ben:
            seen = await ben.watch(view.id)
            await ben.sit(view.id, 10_000)
            await plays(ben, seen, 2)
        await view.wait_for(lambda view: bool(view.absent))
        assert house.bots.running == 2


async def test_a_bot_gives_its_seat_to_a_person_who_asks(house: House) -> None:
    async with hosting(house, 2) as (ann, view):
        await ann.sit(view.id, 10_000)
        player = asyncio.create_task(plays(ann, view, 10_000))
        async with connect(house.app.socket_url, name="Ben") as ben:
            with suppress(CommandRejected):
                await ben.sit(view.id, 10_000)
            seen = await ben.watch(view.id)
            await seen.wait_for(lambda seen: None in seen.table.seats or seen.seat is not None)
            if seen.seat is None:
                await ben.sit(view.id, 10_000)
            assert view.table.bots
            await view.wait_for(lambda view: view.table.seated_bots == 1)
        player.cancel()
        await asyncio.wait([player])
