"""Bots against the real server, in memory."""

import asyncio
import random
import runpy
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from pokerws.client import Backoff, Client, TableView, connect
from pokerws.client.bots import STYLES, BotSeat, calling_station, run_bots
from pokerws.game.events import ChipsAdded, PlayerSat, PlayerStood, TableEvent
from pokerws.game.state import TableId, Turn
from pokerws.serve import bot_seats
from pokerws.server.app import App
from pokerws.settings import Settings
from tests.settings import settings_of
from tests.unlimited import NO_LIMITS

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "bot.py"

STYLE_OF = dict(
    zip("Ada Blaise Carl Emmy".split(), [*STYLES.values(), calling_station], strict=True)
)

# The key stays, so that sessions outlive a server.  Turns last so long that a bot which misses
# one fails its test.
CHOSEN: dict[str, Any] = {
    "port": 0,
    "bots": 4,
    "session_key": "k" * 32,
    "turn_time_ms": 600_000,
    "next_hand_delay_ms": 0,
    "use_input_validation": True,
    **NO_LIMITS,
}
SETTINGS = settings_of(**CHOSEN)


@asynccontextmanager
async def serving(settings: Settings = SETTINGS) -> AsyncIterator[App]:
    app = App(settings)
    await app.start()
    try:
        yield app
    finally:
        await app.stop()


async def open_table(app: App) -> TableId:
    (table, *_) = await app.open_bot_tables()
    return table.id


@asynccontextmanager
async def bots_at(app: App) -> AsyncIterator[None]:
    seats = [
        BotSeat(style, SETTINGS.bots.table, name, token=app.bot_token(name), delay_ms=(0, 0))
        for name, style in STYLE_OF.items()
    ]
    backoff = Backoff(shortest_ms=1, longest_ms=20)
    task = asyncio.create_task(
        run_bots(app.socket_url, seats, rng=random.Random(1), backoff=backoff)
    )
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def names(view: TableView) -> set[str]:
    return {seat.name for seat in view.table.seats if seat is not None}


async def hands(view: TableView, count: int) -> None:
    """Wait until so many more hands have begun."""
    target = view.table.hand_number + count
    await view.wait_for(lambda view: view.table.hand_number >= target)


async def test_bots_play_on_and_no_chip_is_lost() -> None:
    brought = 0

    def count(seq: int, event: TableEvent) -> None:
        nonlocal brought
        match event:
            case PlayerSat(stack=chips) | ChipsAdded(amount=chips):
                brought += chips
            case PlayerStood(stack=chips):
                brought -= chips
            case _:
                pass

    async with serving() as app:
        table = await open_table(app)
        async with connect(app.socket_url, name="Rail") as rail:
            view = await rail.watch(table, count)
            async with bots_at(app):
                await hands(view, 60)
            stacks = sum(seat.stack for seat in view.table.seats if seat is not None)
            assert stacks + view.table.total_pot == brought > 0
            assert view.table.seats.count(None) == 2


async def test_bots_play_on_when_their_accounts_run_dry() -> None:
    # Each account holds a single buy-in, less than the bots wish for, and starts with nothing.
    poor = settings_of(
        **CHOSEN
        | {"grant_chips": 0, "refill_to": 3_000, "refill_below": 3_000, "refill_interval_ms": 0}
    )
    added = asyncio.Event()

    def notice(seq: int, event: TableEvent) -> None:
        if isinstance(event, ChipsAdded):
            assert event.amount == 3_000
            added.set()

    async with serving(poor) as app:
        table = await open_table(app)
        async with connect(app.socket_url, name="Rail") as rail, bots_at(app):
            await rail.watch(table, notice)
            await added.wait()


async def test_bots_play_on_over_broken_connections() -> None:
    async with serving() as app, bots_at(app):
        table = await open_table(app)
        token = None
        for _ in range(8):
            async with connect(app.socket_url, name="Rail", token=token) as rail:
                token = rail.session
                view = await rail.watch(table)
                await hands(view, 3)
                assert names(view) == set(STYLE_OF)
            for session in list(app.listener._sessions):
                session._connection.transport.abort()


async def test_at_further_games_bots_wait_until_somebody_plays_and_again_afterwards() -> None:
    games = ("8-GAME", "FB", "NCP")
    settings = settings_of(
        **CHOSEN | {"bots": 3, "bot_games": games, "bot_min_delay_ms": 0, "bot_max_delay_ms": 0}
    )
    async with serving(settings) as app:
        # Not those of the main table, who always play.
        seats = [seat for seat in await bot_seats(app, settings) if seat.not_among]
        tables = [table.id for table in await app.open_bot_tables() if table.waits_for_company]
        with capture_logs() as logs:
            task = asyncio.create_task(run_bots(app.socket_url, seats, rng=random.Random(1)))
            async with connect(app.socket_url, name="Eve") as eve:
                listed = await eve.list_tables()
                assert [found.config.variant for found in listed] == ["NT", *games]
                for table in tables:
                    await plays_a_few_hands(eve, await eve.watch(table))
            task.cancel()
            await asyncio.wait([task])
    # Nobody failed, and nothing was decided that the rules refuse.
    assert [line for line in logs if line["event"] == "bot_failed"] == []
    assert [line for line in logs if line.get("duty") == "act"] == []


async def plays_a_few_hands(eve: Client, view: TableView) -> None:
    """Eve finds bots that wait, plays with them, and leaves them waiting."""
    await view.wait_for(lambda view: bots_wait(view, 3))
    before = view.table.hand_number
    await eve.sit(view.id, 5_000)
    while view.table.hand_number < before + 10 and view.seat is not None:
        turn = await view.wait_for(
            lambda view: view.turn or (view.own is not None and not view.own.stack)
        )
        if isinstance(turn, Turn):
            await eve.act(view.id, turn.number, *calling_station(view, random.Random(1)))
        else:
            break
    if view.seat is not None:
        await eve.stand(view.id)
    await view.wait_for(lambda view: bots_wait(view, 3))
    assert view.table.hand_number > before
    at = view.table.hand_number
    await eve.ping()
    assert (view.table.hand, view.table.hand_number) == (None, at)


def bots_wait(view: TableView, count: int) -> bool:
    """Whether so many are seated, all sit out, and nothing is played."""
    taken = [seat for seat in view.table.seats if seat is not None]
    all_out = all(seat.sitting_out for seat in taken)
    return len(taken) == count and all_out and view.table.status == "waiting"


async def test_bots_come_back_to_a_server_that_has_forgotten_its_tables() -> None:
    async with AsyncExitStack() as stack:
        async with serving() as app:
            port = app.port
            await open_table(app)
            await stack.enter_async_context(bots_at(app))
        app = await stack.enter_async_context(serving(settings_of(**CHOSEN | {"port": port})))
        table = await open_table(app)
        async with connect(app.socket_url, name="Rail") as rail:
            view = await rail.watch(table)
            # Those who are there first do not wait for the last one.
            await view.wait_for(lambda view: names(view) == set(STYLE_OF))
            await hands(view, 5)


async def test_the_example_plays_and_comes_back_to_its_seat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    play = runpy.run_path(str(EXAMPLE))["play"]
    async with serving() as app, connect(app.socket_url, name="Rail") as rail:
        view = await rail.watch(await open_table(app))
        for _ in range(2):
            players = [asyncio.create_task(play(app.socket_url, name)) for name in ("Rosa", "Emil")]
            await hands(view, 5)
            assert names(view) == {"Rosa", "Emil"}
            for player in players:
                player.cancel()
            await asyncio.wait(players)
            assert all(player.cancelled() for player in players)
