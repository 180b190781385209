"""Packed events: they are told as others are, whatever happened before that and after."""

import random
import sys
from collections.abc import AsyncIterator, Iterator
from itertools import islice

import msgspec
import pytest

from pokerws.game.events import HandStarted, TableEvent
from pokerws.game.state import TableId
from pokerws.messages import GetHand, HandEvents
from pokerws.server.background.upkeep import QUIET_MS
from pokerws.server.tables import recent_events as history
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.recent_events import FEW_EVENTS, HISTORY_EVENTS, RecentEvents
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.resumed import Playing, Truth, check_every_cut, stored_events
from tests.server.stored_house import StoredHouse, house_on
from tests.storage.faulty_store import FaultyStore


@pytest.fixture
async def house() -> AsyncIterator[StoredHouse]:
    # No table leaves memory.
    async with house_on(FaultyStore(), ManualClock(), idle_ms=0) as house:
        yield house


def pack(past: RecentEvents | TableActor) -> int:
    """Pack all that can be packed; returns in how many pieces."""
    pieces = 1
    while past.pack():
        pieces += 1
    return pieces


def in_bits(events: list[TableEvent], rng: random.Random) -> Iterator[list[TableEvent]]:
    """Events as they come: a few at a time."""
    remaining = iter(events)
    while bit := list(islice(remaining, rng.randint(1, 6))):
        yield bit


def check_alike(past: RecentEvents, other: RecentEvents) -> None:
    """Both tell the same of everything that can be asked of them."""
    assert past.seq == other.seq
    for seq in range(past.seq + 2):
        assert past.after(seq) == other.after(seq), seq
    newest = other.latest(HISTORY_EVENTS)
    assert past.latest(HISTORY_EVENTS) == newest
    assert past.latest(3) == newest[-3:]
    hands = [event.hand for event in newest if isinstance(event, HandStarted)]
    for number in (0, *hands, 1 + max(hands, default=0)):
        assert past.hand(number) == other.hand(number), number


@pytest.mark.parametrize("seed", [0, 3])
@pytest.mark.parametrize("most", [60, HISTORY_EVENTS])
async def test_the_same_is_told_whenever_events_are_packed(
    house: StoredHouse, monkeypatch: pytest.MonkeyPatch, seed: int, most: int
) -> None:
    monkeypatch.setattr(history, "HISTORY_EVENTS", most)
    monkeypatch.setattr(history, "FEW_EVENTS", 10)
    playing, rng = await Playing.begin(house, seed), random.Random(seed)
    await playing.steps(110)
    past, packed = (RecentEvents(TableId("t"), 0) for _ in range(2))
    pieces, seq = set[int](), 0
    for bit in in_bits(await stored_events(house, playing.actor), rng):
        seq += len(bit)
        for one in (past, packed):
            one.add(bit, seq)
        if rng.random() < 0.2:
            pieces |= {pack(packed), pack(packed)}
        if rng.random() < 0.2:
            check_alike(packed, past)
    check_alike(packed, past)
    assert seq > 150
    assert pieces == {1, 2}, "events were packed, some once more together with later ones"


async def test_who_comes_back_to_a_table_with_packed_events_misses_nothing(
    house: StoredHouse,
) -> None:
    playing = await Playing.begin(house, 1)
    for _ in range(2):
        await playing.steps(25)
        pack(playing.actor)
        truth = await Truth.of(house, playing.actor)
        assert await check_every_cut(playing, truth) > 100


# ---- when they are packed


def bytes_of(past: RecentEvents) -> int:
    """What is packed, with its frame, and how many bytes wait to be."""
    assert past._packed is not None
    return sys.getsizeof(past._packed.packed) + len(msgspec.msgpack.encode(list(past._newest)))


async def test_packed_events_take_a_fraction_and_those_that_follow_do_not_add_up(
    house: StoredHouse,
) -> None:
    playing = await Playing.begin(house, 0)
    await playing.steps(200)
    events = await stored_events(house, playing.actor)
    past = RecentEvents(TableId("t"), 0)
    for number in range(1, 12):
        past.add(events, number * len(events))
        plain = len(msgspec.msgpack.encode(past.latest(HISTORY_EVENTS)))
        pack(past)
        assert bytes_of(past) < plain / 4
    assert past.after(past.seq - HISTORY_EVENTS) is not None
    assert past.after(past.seq - HISTORY_EVENTS - 1) is None
    past.add(events * (HISTORY_EVENTS // len(events) + 1), past.seq + 2 * HISTORY_EVENTS)
    assert past._packed is None, "nobody needs those any more"


async def test_a_few_events_beside_packed_ones_are_left_as_they_are(house: StoredHouse) -> None:
    playing = await Playing.begin(house, 0)
    await playing.steps(60)
    events = await stored_events(house, playing.actor)
    past = RecentEvents(TableId("t"), 0)
    past.add(events, len(events))
    pack(past)
    packed = past._packed
    past.add(events[: FEW_EVENTS - 1], len(events) + FEW_EVENTS - 1)
    assert pack(past) == 1
    assert past._packed is packed
    past.add(events[:1], len(events) + FEW_EVENTS)
    assert pack(past) == 2
    assert past._packed is not packed


async def ask(actor: TableActor, hand: int) -> HandEvents:
    viewer = FakeViewer("p0")
    await actor.send_hand(viewer, GetHand("g", actor.table.id, hand))
    (answer,) = viewer.take()
    assert isinstance(answer, HandEvents)
    return answer


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> list[TableActor]:
    """The tables that are packed, in the order in which they are."""
    found: list[TableActor] = []
    was = TableActor.pack

    def note(actor: TableActor) -> bool:
        found.append(actor)
        return was(actor)

    monkeypatch.setattr(TableActor, "pack", note)
    return found


async def test_a_table_that_has_been_quiet_for_a_while_is_packed_and_tells_of_its_hands(
    house: StoredHouse,
    packed: list[TableActor],
) -> None:
    playing = await Playing.begin(house, 0)
    await playing.steps(80)
    while (actor := playing.actor).table.deadline_ms is not None:
        await playing.steps(1)
    told = [await ask(actor, hand) for hand in range(1, actor.table.hand_number)]
    assert len(told) > 2

    house.clock.advance(QUIET_MS)
    await house.upkeep.look()
    assert packed == []

    await house.open("ann")
    house.clock.advance(1)
    await house.upkeep.look()
    assert packed == [actor], "at the other table something has just happened"
    assert [await ask(actor, hand) for hand in range(1, actor.table.hand_number)] == told


async def test_a_table_where_play_goes_on_while_others_are_packed_is_left_alone(
    house: StoredHouse, packed: list[TableActor], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = [await house.open(name, name=name) for name in ("ann", "ben")]
    house.clock.advance(QUIET_MS + 1)
    was = TableActor.pack

    def pack_and_leave(actor: TableActor) -> bool:
        if actor is first:
            house.leave(second, "ben")
        return was(actor)

    monkeypatch.setattr(TableActor, "pack", pack_and_leave)
    await house.upkeep.look()
    assert packed == [first]
    house.clock.advance(QUIET_MS + 1)
    await house.upkeep.look()
    assert packed == [first, second], "its turn comes when it is quiet again"
