"""Whatever is accepted can be written on both wires, in a bounded size, and read by JavaScript."""

import asyncio
import random
from collections.abc import Iterator
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from pokerws.game.config.clocks import (
    MAX_CLOCK_MS,
    MAX_LAG_MS,
    MAX_STREETS,
    Clocks,
    DisconnectProtection,
    LagAllowance,
    TimeBank,
)
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.presence import PresenceOptions
from pokerws.game.config.seating import MAX_WAITING, Seating
from pokerws.game.config.table_config import (
    MAX_CHIPS,
    HouseRules,
    LimitStakes,
    Mix,
    Rake,
    SessionLimits,
    TableConfig,
)
from pokerws.game.state import MAX_EXACT, TableId
from pokerws.game.variants import MIXES, VARIANTS
from pokerws.messages import (
    JSON,
    MAX_PAGE_SIZE,
    MAX_TABLE_NAME_LENGTH,
    MSGPACK,
    WIRES,
    Act,
    Lobby,
    Sit,
    TableSummary,
    Watch,
    WatchLobby,
    Wire,
)
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.viewers import MISSED_EVENTS
from tests.server.fakes import ManualClock
from tests.server.in_process import Client, open_context, read

# A table in the list, in bytes, on either wire; and any frame about one table.
MAX_SUMMARY_BYTES = 2_000
MAX_TABLE_FRAME_BYTES = 16_000
# What the document tells clients to make room for.
MAX_SERVER_MESSAGE_BYTES = 2**20
ACTIONS = 20
MIXED = "MIX"


def edges(kind: inspect.Type) -> list[Any]:
    """Values at a field's bounds, and beyond them."""
    match kind:
        case inspect.IntType(ge=int() as least, le=int() as most):
            return [least, most, least + 1, most - 1, least - 1, most + 1, 10**30]
        case inspect.LiteralType(values=values):
            return list(values)
        case inspect.BoolType():
            return [True, False]
        case _:
            return []


def changes(struct: type[msgspec.Struct]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of a struct's fields, at their bounds or beyond them."""
    kind = inspect.type_info(struct)
    assert isinstance(kind, inspect.StructType)
    fields = {field.name: values for field in kind.fields if (values := edges(field.type))}
    some = {name: st.sampled_from(values) for name, values in fields.items()}
    return st.fixed_dictionaries({}, optional=some)


@st.composite
def configs(draw: st.DrawFn) -> dict[str, Any]:
    """A config as a client sends it, of small or of huge stakes; often legal."""
    blind = draw(st.sampled_from([1, 100, 10**9, MAX_CHIPS // 100, MAX_CHIPS]))
    config: dict[str, Any] = {
        "variant": draw(st.sampled_from([*VARIANTS, *MIXES])),
        "seats": 2,
        "small_blind": blind // 2,
        "big_blind": blind,
        "min_buy_in": blind,
        "max_buy_in": draw(st.sampled_from([blind, MAX_CHIPS])),
    }
    if config["variant"] == MIXED:
        config["mix"] = {"games": draw(st.permutations(list(VARIANTS)).map(lambda all: all[:5]))}
    for part, struct in (("limit", LimitStakes), ("house", HouseRules), ("mix", Mix)):
        if draw(st.booleans()):
            config[part] = {**config.get(part, {}), **draw(changes(struct))}
    if draw(st.integers(0, 3)) == 0:
        config |= draw(changes(TableConfig))
    return config


def numbers(value: Any) -> Iterator[int]:
    match value:
        case bool():
            return
        case int():
            yield value
        case dict():
            for one in value.values():
                yield from numbers(one)
        case list():
            for one in value:
                yield from numbers(one)
        case _:
            return


def check(wire: Wire, frame: bytes) -> dict[str, Any]:
    """A frame that any client can read."""
    message = read(wire, frame)
    assert all(-MAX_EXACT <= number <= MAX_EXACT for number in numbers(message))
    for summary in message.get("tables", ()):
        encode = msgspec.json.encode if wire is JSON else msgspec.msgpack.encode
        assert len(encode(summary)) <= MAX_SUMMARY_BYTES
    assert len(frame) <= MAX_TABLE_FRAME_BYTES
    for event in message.get("events", ()):
        assert len(msgspec.json.encode(event)) * MISSED_EVENTS < MAX_SERVER_MESSAGE_BYTES
    return message


async def act(clients: list[Client], actor: TableActor, number: int) -> None:
    """Whoever's turn it is puts in as much as possible."""
    hand = actor.table.hand
    if hand is None or hand.turn is None:
        return
    turn, seat = hand.turn, actor.table.seats[hand.turn.seat]
    assert seat is not None
    client = next(one for one in clients if one.player == seat.player)
    action: Any = next(
        one
        for one in ("raise", "bet", "call", "bring_in", "stand_pat", "check", "discard", "fold")
        if one in turn.actions
    )
    amount = turn.max_to if action in ("bet", "raise") else None
    cards = None
    if action == "discard":
        dealt = hand.seats[turn.seat]
        assert dealt is not None
        cards = dealt.cards[: turn.discard_min]
    await client.asks(Act(f"a{number}", actor.table.id, turn.number, action, amount, cards))


async def play(config: dict[str, Any], wire: Wire, *, strict: bool) -> bool:
    """Send a config and play at the table, if it is accepted."""
    clock = ManualClock()
    context = open_context(clock, random.Random(1), strict=strict)
    clients = [Client(context, each, f"p{number}") for number, each in enumerate(WIRES.values())]
    for client in clients:
        await client.asks(WatchLobby("l"))
    asked = {"type": "create_table", "id": "c", "name": "T", "config": config}
    first = next(client for client in clients if client.session.wire is wire)
    try:
        frame = (
            msgspec.json.encode(asked).decode() if wire.is_text else msgspec.msgpack.encode(asked)
        )
    except OverflowError:
        return False
    await first.sends(frame)
    answer = check(wire, first.take()[-1])
    if answer["type"] == "rejected":
        assert answer["code"] == "bad_config", answer
        assert context.lobby.summaries() == []
        return False
    actor = await context.lobby.find(TableId(answer["table"]))
    for client in clients:
        await client.asks(Watch("w", actor.table.id))
        await client.asks(Sit("s", actor.table.id, actor.table.config.max_buy_in))
    for number in range(ACTIONS):
        clock.advance(actor.table.config.next_hand_delay_ms)
        await act(clients, actor, number)
        for client in clients:
            for sent in client.take():
                check(client.session.wire, sent)
    assert not actor.stopped
    assert not any(client.is_closed for client in clients)
    context.lobby.stop()
    return True


def test_whatever_is_accepted_can_be_written_and_read() -> None:
    accepted = [0]

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(configs(), st.sampled_from([JSON, MSGPACK]), st.booleans())
    def property_holds(config: dict[str, Any], wire: Wire, strict: bool) -> None:  # noqa: FBT001
        accepted[0] += asyncio.run(play(config, wire, strict=strict))

    property_holds()
    assert accepted[0] > 5


def test_the_largest_summary_that_can_be_has_the_size_that_is_stated() -> None:
    longest, most_ms = sorted(VARIANTS, key=len)[-20:], MAX_CLOCK_MS
    most = TableConfig(
        variant=MIXED,
        seats=10,
        small_blind=MAX_CHIPS - 1,
        big_blind=MAX_CHIPS,
        ante=MAX_CHIPS,
        ante_kind="big_blind",
        min_buy_in=MAX_CHIPS,
        max_buy_in=MAX_CHIPS,
        turn_time_ms=600_000,
        next_hand_delay_ms=60_000,
        limit=LimitStakes(MAX_CHIPS, MAX_CHIPS, MAX_CHIPS, MAX_CHIPS),
        mix=Mix(tuple(longest), "choice", 1_000),
        house=HouseRules(
            *("under_the_gun", 3, 1_000, MAX_CHIPS, 2, 100, "button", True),
            rake=Rake(1_000, MAX_CHIPS, MAX_CHIPS, no_flop_no_drop=False),
            session=SessionLimits(7 * 86_400_000, 1_000_000),
            bomb_pot_vote="majority",
            rabbit_hunt="agreed",
            seven_deuce=MAX_CHIPS,
            stand_up=MAX_CHIPS,
            ante_only=True,
        ),
        clocks=Clocks(
            (most_ms,) * MAX_STREETS,
            TimeBank(most_ms, most_ms, 1_000, most_ms, "on_demand"),
            DisconnectProtection(100, most_ms, most_ms, most_ms, most_ms),
            LagAllowance(MAX_LAG_MS, most_ms),
            100,
        ),
        presence=PresenceOptions(86_400_000),
        hosting=HostingRules(unlisted=True, approval=True, bank=True),
        seating=Seating("moving", 86_400_000, most_ms, MAX_WAITING, auto_chips=False),
    )
    for name in ("🂡" * MAX_TABLE_NAME_LENGTH, '"' * MAX_TABLE_NAME_LENGTH):
        summary = TableSummary(
            *(TableId("0" * 12), name, "waiting", 10, MAX_EXACT, most),
            bots=10,
            waiting_for="paused_by_host",
            paused=True,
            waiting=MAX_WAITING,
        )
        for wire in WIRES.values():
            empty = len(wire.encode(Lobby([])))
            size = len(wire.encode(Lobby([summary]))) - empty
            assert size <= MAX_SUMMARY_BYTES, size
    assert MAX_PAGE_SIZE * MAX_SUMMARY_BYTES < MAX_SERVER_MESSAGE_BYTES
