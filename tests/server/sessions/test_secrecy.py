"""No viewer's bytes ever hold a card that it may not see, as an oracle reads the raw events."""

import asyncio
import logging
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
import structlog
from structlog.testing import capture_logs

from pokerws import logs
from pokerws.game import commands
from pokerws.game import redaction as views
from pokerws.game.cards import DECK, Card
from pokerws.game.config.table_config import HouseRules, Rake, TableConfig
from pokerws.game.events import HoleCardsDealt, TableEvent
from pokerws.game.events.base import Event
from pokerws.game.next_hand import games_of
from pokerws.game.state import PlayerId, Table
from pokerws.game.variants import VARIANTS
from pokerws.messages import JSON, MSGPACK
from pokerws.server.app import App
from pokerws.server.tables import actor as table_actor
from pokerws.server.tables import viewers as audience
from tests.server.fakes import FakeJournal, FakeViewer, ManualClock, OpenStore
from tests.server.in_process import open_context
from tests.server.random_play import RandomPlay
from tests.server.secrecy import WITH_CARDS, cards_in, told_by

# Of each game at each table; one takes about 4 ms.
HANDS = 10
TABLES: dict[str, dict[str, Any]] = {
    "heads-up": {"seats": 2, "max_buy_in": 4_000},
    "three, soon all-in": {"seats": 3, "min_buy_in": 100, "max_buy_in": 300},
    "six": {"seats": 6},
    "six with antes": {"seats": 6, "ante": 25, "min_buy_in": 500},
    "nine with a big blind's ante": {"seats": 9, "ante": 100, "ante_kind": "big_blind"},
    "ten": {"seats": 10, "min_buy_in": 100, "max_buy_in": 2_000},
    "five with house rules": {
        "seats": 5,
        "max_buy_in": 4_000,
        "house": HouseRules(straddle="mississippi", run_it=3, bomb_pot_every=3, bomb_pot_boards=2),
    },
    "four with extra rules": {
        "seats": 4,
        "max_buy_in": 4_000,
        "house": HouseRules(
            rake=Rake(500),
            bomb_pot_vote="majority",
            rabbit_hunt="open",
            seven_deuce=50,
            stand_up=50,
        ),
    },
}
GAMES = [*VARIANTS, "HORSE", "8-GAME"]


def config_of(table: str, variant: str) -> TableConfig:
    games = games_of(TableConfig(variant=variant))
    seats = min(TABLES[table]["seats"], *(VARIANTS[game].max_seats for game in games))
    fields = {**TABLES[table], "seats": seats, "turn_time_ms": 1_000, "next_hand_delay_ms": 10}
    return TableConfig(variant=variant, **fields)


@pytest.mark.parametrize("variant", GAMES)
async def test_no_viewer_and_no_log_line_is_told_a_card_that_it_may_not_know(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, variant: str
) -> None:
    caplog.set_level(logging.DEBUG)
    told, frames = Counter[str](), Counter[str]()
    for table in TABLES:
        with capture_logs() as lines:
            game = RandomPlay(monkeypatch, config_of(table, variant), seed=sum(map(ord, table)))
            await game.hands(HANDS)
        assert len(lines) > HANDS
        assert not cards_in(repr(lines))
        assert not cards_in(game.context.metrics.text())
        told += game.told
        frames += game.frames
        monkeypatch.undo()
    # It proves nothing where little was told.
    assert told["events"] > 5 * HANDS * len(TABLES)
    assert told["hand"] > HANDS
    assert told["snapshot"] > 0
    told_nothing = {kind for kind in frames if not told[kind]}
    told_nothing.discard("table_waiting")
    harmless = (
        "accepted rejected chat chat_history lobby tables account pong pre_action waiting watchers "
        "ledger stats"
    )
    assert told_nothing <= set(harmless.split())
    assert {"accepted", "rejected"} < told_nothing


def _as_it_is(event: TableEvent, *viewer: object) -> TableEvent:
    return event


def _with_the_deck(table: Table, viewer: PlayerId | None) -> Table:
    seen = views.redact_table(table, viewer)
    if seen.hand is None or table.hand is None:
        return seen
    hand = msgspec.structs.replace(seen.hand, deck=table.hand.deck)
    return msgspec.structs.replace(seen, hand=hand)


def _with_what_was_mucked(table: Table, viewer: PlayerId | None) -> Table:
    seen = views.redact_table(table, viewer)
    if seen.hand is None or table.hand is None:
        return seen
    seats = [
        raw if raw is not None and raw.folded else seat
        for raw, seat in zip(table.hand.seats, seen.hand.seats, strict=True)
    ]
    return msgspec.structs.replace(seen, hand=msgspec.structs.replace(seen.hand, seats=seats))


@pytest.mark.parametrize(
    ("user", "view", "leak"),
    [
        (views, "redact", _as_it_is),
        (audience, "are_public", lambda events: True),
        (audience, "redact_table", lambda table, viewer: table),
        (audience, "redact_table", _with_the_deck),
        (audience, "redact_table", _with_what_was_mucked),
    ],
)
async def test_a_leak_is_found(
    monkeypatch: pytest.MonkeyPatch, user: ModuleType, view: str, leak: Callable[..., object]
) -> None:
    game = RandomPlay(monkeypatch, config_of("six", "NT"), seed=1)
    monkeypatch.setattr(user, view, leak)
    with capture_logs(), pytest.raises(AssertionError, match="may not know"):
        await game.hands(300)


def _types_in(hint: Any, seen: set[Any]) -> Iterator[Any]:
    """A type and all that it is made of."""
    if hint in seen:
        return
    seen.add(hint)
    yield hint
    parts = get_args(hint)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        parts = tuple(get_type_hints(hint).values())
    for part in parts:
        yield from _types_in(part, seen)


def test_the_oracle_has_decided_about_every_event_with_cards() -> None:
    with_cards = {event for event in get_args(TableEvent) if Card in _types_in(event, set())}
    assert with_cards == WITH_CARDS


def test_an_event_that_nobody_has_decided_about_is_not_sent() -> None:
    class RabbitHunted(Event, frozen=True, tag="rabbit_hunted"):
        cards: list[Card]

    event: Any = RabbitHunted([Card("As")])
    with pytest.raises(TypeError, match="not a public event"):
        views.redact(event, PlayerId("p0"))


@pytest.mark.parametrize("durable", [False, True])
async def test_what_happens_reaches_all_in_one_call_with_bytes_that_only_own_cards_make_differ(
    monkeypatch: pytest.MonkeyPatch, *, durable: bool
) -> None:
    """A frame tells nothing by its size either: hidden cards are as long as those that are seen."""
    clock, rng, journal = ManualClock(), random.Random(2), FakeJournal()
    context = open_context(clock, rng)
    if durable:
        context = open_context(clock, rng, durable=True, store=OpenStore(), journal=journal)
    game = RandomPlay(monkeypatch, config_of("six", "NT"), seed=2, context=context, clock=clock)
    journal.commit(game.table)
    game.watch_all()
    deals = 0
    for _ in range(400):
        game.events.clear()
        game.act_at_once()
        if durable:
            assert not any(client.take() for client in game.clients)
            journal.commit(game.table)
        is_deal = any(isinstance(event, HoleCardsDealt) for event in game.events)
        deals += is_deal
        queued = [(client, tuple(client.take())) for client in game.clients]
        assert {len(frames) for _, frames in queued} == {int(bool(game.events))}
        for wire in (JSON, MSGPACK):
            seen = [(client.player, f) for client, f in queued if client.session.wire is wire]
            assert len({tuple(map(len, frames)) for _, frames in seen}) == 1
            # A hash of the state covers a player's own cards.
            is_own = is_deal or any(b"state_hash" in frame for _, f in seen for frame in f)
            dealt_to = {p for p, _ in seen if is_own and game.oracle.was_dealt_to(p)}
            assert len({frames for player, frames in seen if player not in dealt_to}) == 1
    assert deals > 20


def test_a_card_is_found_wherever_it_is() -> None:
    deal = HoleCardsDealt([[Card("As"), Card("??")]])
    for text in (msgspec.json.encode(deal), repr(deal), "xAsKd", '{"note":"it was As"}'):
        assert "As" in cards_in(text)
    _, parts = told_by(JSON, b'{"type":"tables","id":"x","tables":[{"name":"As"}]}')
    assert [part.cards for part in parts] == [{"As"}]


async def test_a_table_that_fails_in_mid_hand_is_logged_without_its_cards(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    game = RandomPlay(monkeypatch, config_of("six", "NT"), seed=3)
    with capture_logs():
        while game.table.hand is None:
            game.act_at_once()

    def breaks(table: Table, *command: object) -> list[TableEvent]:
        raise KeyError(f"{table!r} has {msgspec.msgpack.encode(table)!r}")

    monkeypatch.setattr(table_actor, "play", breaks)
    with capture_logs() as lines:
        game.act_at_once()
    [line] = [line for line in lines if line["event"] == "table_failed"]
    assert not _words(repr({**line, "exc_info": None})) & {*DECK}
    logs.configure("json", "debug")
    try:
        breaks(game.table)
    except KeyError:
        structlog.get_logger().exception(**line)
    printed = capsys.readouterr().out
    assert "HandSeat(" in printed
    assert not _words(printed) & {*DECK}


def _words(text: str) -> set[str]:
    """The words of a log; also those in the repr of MessagePack, with a length before them."""
    return set(re.split(r"[^A-Za-z0-9]+(?:xa2)?", text))


async def test_what_operators_read_has_no_cards(app: App) -> None:
    schema = await _get(app, "/schema")
    actor = app.lobby.create("T", TableConfig(seats=2, next_hand_delay_ms=0))
    for player in map(PlayerId, ("p0", "p1")):
        await app.lobby._cashier.statement(player, None)
        actor.handle(FakeViewer(player), player, commands.Sit(player, player, None, 5_000))
    actor._carry_out(commands.TimeUp())
    assert actor.table.hand is not None
    for page in ("/healthz", "/readyz", "/metrics"):
        assert not cards_in(await _get(app, page))
    assert await _get(app, "/schema") == schema, "it has no live data"


async def _get(app: App, page: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    writer.write(f"GET {page} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    assert head.startswith(b"HTTP/1.1 200"), head
    return body
