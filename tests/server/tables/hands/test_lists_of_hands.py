"""Which hands are listed: all that `get_hand` can return, once each, and no others."""

import asyncio
import random
from collections import Counter
from itertools import product

import msgspec
import pytest
from msgspec.structs import replace

from pokerws.game import commands
from pokerws.game.cards import DECK
from pokerws.game.events import HoleCardsDealt
from pokerws.game.illegal import Illegal
from pokerws.game.redaction import redact
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import JSON, GetHand, HandEvents, ListHands
from pokerws.server.tables import event_log
from pokerws.server.tables.hands import log_hands, visits
from pokerws.server.tables.hands import past_hands as past_hands_module
from pokerws.server.tables.hands.past_hands import PastHands
from pokerws.server.tables.hands.visits import FOREVER_MS
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import Position
from tests.server.fakes import FakeViewer, ManualClock, memory_hands
from tests.server.in_process import Client, open_context, read
from tests.server.resumed import PLAYERS, SPECTATORS, Playing, memory_lobby
from tests.server.slow_store import SlowStore
from tests.server.stored_house import CONFIG, StoredHouse, house_on
from tests.server.tables.hands.listed import Played, check, pages_of, played_at
from tests.storage.changes import change
from tests.storage.memory_hand_index import MemoryHandIndex
from tests.vaults import VAULT

ANN = PlayerId("ann")


def past_hands_of(house: StoredHouse) -> PastHands:
    return PastHands(house.lobby, house.store, house.journal)


async def fetched(house: StoredHouse, table: TableId, number: int) -> HandEvents:
    """A hand as a client gets it, whether or not its table is open."""
    message, viewer = GetHand("g", table, number), FakeViewer("p0")
    try:
        actor = await house.lobby.find(table)
    except Illegal:
        return await past_hands_of(house).closed_hand(message, viewer.player)
    await actor.send_hand(viewer, message)
    (told,) = viewer.take()
    assert isinstance(told, HandEvents)
    return told


async def refused(past_hands: PastHands, message: ListHands) -> str:
    with pytest.raises(Illegal) as caught:
        await past_hands.list(message, ANN)
    return caught.value.code


async def play(house: StoredHouse, seed: int, tables: int, steps: int) -> list[TableId]:
    """Tables at which the same players come, bust and go."""
    playing = [await Playing.begin(house, seed + number) for number in range(tables)]
    rng = random.Random(seed)
    for _ in range(steps):
        rng.choice(playing).step()
        await house.written()
    return [one.actor.table.id for one in playing]


async def check_lists(house: StoredHouse, tables: list[TableId]) -> list[Played]:
    """The lists of players and a spectator are what the logs say; returns all hands."""
    past_hands = past_hands_of(house)
    played = {table: await played_at(house.store, table) for table in tables}
    everything = sorted(
        (hand for hands in played.values() for hand in hands),
        key=lambda hand: hand.place,
        reverse=True,
    )
    for viewer in (*PLAYERS[:3], SPECTATORS[0]):
        for table, hands in played.items():
            listed = await pages_of(past_hands, viewer, table=table)
            for summary, hand in zip(listed, reversed(hands), strict=True):
                check(summary, hand, viewer)
        own = [hand for hand in everything if viewer in hand.nets]
        mine = await pages_of(past_hands, viewer, mine=True)
        for summary, hand in zip(mine, own, strict=True):
            check(summary, hand, viewer)
        here = await pages_of(past_hands, viewer, mine=True, table=tables[0])
        assert here == [hand for hand in mine if hand.table == tables[0]]
    for hand in everything:
        told = await fetched(house, hand.table, hand.hand)
        assert (told.seq, told.hand) == (hand.seq, hand.hand)
    return everything


@pytest.fixture
def small_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few events a read, so that hands are cut apart, searches go on, and pages are cut short."""
    monkeypatch.setattr(log_hands, "PAGE", 7)
    monkeypatch.setattr(visits, "SEARCH_EVENTS", 11)
    monkeypatch.setattr(visits, "READS", 5)
    monkeypatch.setattr(visits, "SEARCHES", 5)
    monkeypatch.setattr(past_hands_module, "READS", 10)
    monkeypatch.setattr(visits, "VISITS", (2, 4, 1_000))


@pytest.mark.usefixtures("small_reads")
async def test_lists_have_all_finished_hands_once_and_each_can_be_fetched(
    house: StoredHouse,
) -> None:
    tables = await play(house, 1, tables=2, steps=250)
    assert len(await check_lists(house, tables)) > 10


async def test_the_same_is_so_in_postgres_after_a_restart_and_for_a_closed_table(
    database_url: str,
) -> None:
    clock = ManualClock()
    store = await PostgresStore.open(address_of(database_url))
    try:
        async with house_on(store, clock) as house:
            tables = await play(house, 4, tables=3, steps=150)
            await house.lobby.close(tables[1], "operator")
            await house.written()
        async with house_on(store, clock) as house:
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(visits, "SEARCH_EVENTS", 11)
                assert len(await check_lists(house, tables)) > 8
            await check_index(store, tables)
    finally:
        await store.close()


async def check_index(store: PostgresStore, tables: list[TableId]) -> None:
    """The ledger in PostgreSQL names the same visits as the logs do."""
    logs = {table: {row.seq: row for row in await store.events(table, 0, 9999)} for table in tables}
    closed = {table: logs[table][max(logs[table])].type == "table_closed" for table in tables}

    async def at_once() -> None:
        pass

    ours = store.hand_index
    memory = MemoryHandIndex(lambda: {t: (log, closed[t]) for t, log in logs.items()}, at_once)
    kinds: Counter[tuple[bool, bool]] = Counter()
    for player, table in product(PLAYERS, (None, *tables)):
        visits = await ours.visits(player, FOREVER_MS, 1_000, table)
        assert sorted(visits) == sorted(await memory.visits(player, FOREVER_MS, 1_000, table))
        last_ms = 1_100_000
        ends = [min(v.until_ms or last_ms, last_ms) for v in visits if v.from_ms < last_ms]
        some = await ours.visits(player, last_ms, 2, table)
        assert [min(v.until_ms or last_ms, last_ms) for v in some] == sorted(ends)[:-3:-1]
        for visit in visits if table is None else ():
            kinds[visit.until_seq is None, visit.is_exact] += 1
            place, until = (visit.table, visit.from_seq), visit.until_seq or 9999
            for at_ms in (visit.from_ms - 1, visit.from_ms, visit.from_ms + 20_000):
                found = await ours.seq_at(*place, until, at_ms)
                assert found == await memory.seq_at(*place, until, at_ms)
            search = (visit.table, player, visit.from_seq, 50)
            assert await ours.search_stood(*search) == await memory.search_stood(*search)
    # Visits that go on, that ended with chips, and that ended without.
    assert set(kinds) == {(True, False), (False, True), (False, False)}


async def test_hands_that_are_played_meanwhile_are_on_no_later_page(house: StoredHouse) -> None:
    playing = await Playing.begin(house, 6)
    table, past_hands = playing.actor.table.id, past_hands_of(house)
    await playing.steps(120)
    for mine in (False, True):
        everything = await pages_of(past_hands, PLAYERS[0], table=table, mine=mine)
        assert len(everything) > 4
        first = await past_hands.list(ListHands("l", table, mine, limit=2), PLAYERS[0])
        await playing.steps(60)
        rest = ListHands("l", table, mine, first.next, 100)
        after = await past_hands.list(rest, PLAYERS[0])
        assert first.hands + after.hands == everything


async def test_a_hand_in_play_is_not_listed_and_one_that_was_cancelled_is(
    house: StoredHouse,
) -> None:
    actor, past_hands = await house.open_hand(), past_hands_of(house)
    for message in (ListHands("l", actor.table.id), ListHands("l", mine=True)):
        assert (await past_hands.list(message, ANN)).hands == []
    await house.lobby.close(actor.table.id, "operator")
    await house.written()
    for message in (ListHands("l", actor.table.id), ListHands("l", mine=True)):
        (hand,) = (await past_hands.list(message, ANN)).hands
        assert (hand.cancelled, hand.pot, hand.net) == (True, 0, 0)


async def test_a_list_shows_no_card(house: StoredHouse) -> None:
    playing = await Playing.begin(house, 12)
    await playing.steps(80)
    page = await past_hands_of(house).list(ListHands("l", playing.actor.table.id), PLAYERS[0])
    text = msgspec.json.encode(page.hands)
    assert page.hands
    assert [card for card in DECK if f'"{card}"'.encode() in text] == []


async def test_a_hand_of_a_closed_table_shows_each_player_what_that_player_saw(
    house: StoredHouse,
) -> None:
    playing = await Playing.begin(house, 6)
    table = playing.actor.table.id
    await playing.steps(60)
    await house.lobby.close(table, "operator")
    await house.written()
    assert table not in await house.listed()
    rows = await house.store.events(table, 0, 10_000)
    events = [VAULT.open_event(table, row.hand_number, row.payload) for row in rows]
    past_hands, own, dealt_in = past_hands_of(house), 0, 0
    for player in (*PLAYERS, SPECTATORS[0]):
        told = await past_hands.closed_hand(GetHand("g", table, 1), player)
        last_seq = told.seq + len(told.events) - 1
        shown = [redact(event, player) for event in events[told.seq - 1 : last_seq]]
        assert told.events == shown
        dealt = next(event for event in told.events if isinstance(event, HoleCardsDealt))
        own += sum("??" not in cards for cards in dealt.cards if cards)
        dealt_in = sum(bool(cards) for cards in dealt.cards)
        text = (await past_hands.closed_hand(GetHand("g", table, 1, "phh"), player)).text
        assert text is not None
    assert own == dealt_in > 0
    context = open_context(house.clock, random.Random(1))
    context = replace(context, lobby=house.lobby, past_hands=past_hands)
    client = Client(context, player=PLAYERS[0])
    for message in (GetHand("g", table, 1), GetHand("g", TableId("no"), 1), ListHands("l", table)):
        await client.asks(message)
    hand, nothing, hands = (read(JSON, frame) for frame in client.take())
    assert (hand["type"], hand["hand"]) == ("hand", 1)
    assert nothing["code"] == "unknown_table"
    assert hands["hands"][-1]["hand"] == 1
    for number in (0, 1_000):
        with pytest.raises(Illegal, match="unknown_hand"):
            await past_hands.closed_hand(GetHand("g", table, number), ANN)
    with pytest.raises(Illegal, match="unknown_table"):
        await past_hands.closed_hand(GetHand("g", TableId("nowhere"), 1), ANN)


async def test_a_hand_with_a_gap_in_the_log_is_not_listed(
    house: StoredHouse, store: SlowStore
) -> None:
    playing = await Playing.begin(house, 6)
    await playing.steps(80)
    table, past_hands = playing.actor.table.id, past_hands_of(house)
    hands = await pages_of(past_hands, PLAYERS[0], table=table)
    del store._rows[table].log[hands[1].seq + 3]
    assert await pages_of(past_hands, PLAYERS[0], table=table) == [hands[0], *hands[2:]]


# ---- refusals


async def test_a_list_is_refused_with_a_code_of_its_reason(
    house: StoredHouse, store: SlowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor, past_hands = await house.open_hand(), past_hands_of(house)
    table = actor.table.id
    assert await refused(past_hands, ListHands("l")) == "missing_field"
    assert await refused(past_hands, ListHands("l", TableId("nowhere"))) == "unknown_table"
    for before in ("x", "-1", "1.2", "9" * 100):
        assert await refused(past_hands, ListHands("l", table, before=before)) == "invalid_value"
    for before in ("x", "1", "1.x.", "..", "٣.1.t"):
        message = ListHands("l", mine=True, before=before)
        assert await refused(past_hands, message) == "invalid_value"
    store.away = True
    for message in (ListHands("l", table), ListHands("l", mine=True)):
        assert await refused(past_hands, message) == "log_unavailable"
    store.away = False
    for module in (event_log, past_hands_module):
        monkeypatch.setattr(module, "LOG_TIMEOUT_S", 0.01)
    store.open.clear()
    assert await refused(past_hands, ListHands("l", table)) == "log_unavailable"
    actor.pause()
    assert await refused(past_hands, ListHands("l", table)) == "paused"
    actor.go_on()
    store.open.set()
    store.saves_go.clear()
    house.act(actor)
    for message in (ListHands("l", table), ListHands("l", mine=True)):
        assert await refused(past_hands, message) == "log_unavailable"
    store.saves_go.set()
    actor.stop()
    await store.save([change("broken", events=False)])
    await store.quarantine(TableId("broken"), Position(1, 1))
    assert await refused(past_hands, ListHands("l", TableId("broken"))) == "table_quarantined"


# ---- without a log


async def test_without_a_log_the_hands_in_memory_are_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = ManualClock()
    lobby = memory_lobby(clock, max_tables=2)
    past_hands = memory_hands(lobby)
    actors = [lobby.create("One", CONFIG) for _ in range(2)]
    for actor, others in zip(actors, (("ann", "ben"), ("ann", "cleo")), strict=True):
        for number, name in enumerate(others):
            viewer = FakeViewer(name)
            actor.handle(viewer, "s", commands.Sit(viewer.player, name, number, 10_000))
    for _ in range(6):
        clock.advance(CONFIG.next_hand_delay_ms)
        for actor in actors:
            hand = actor.table.hand
            assert hand is not None
            assert hand.turn is not None
            seat = actor.table.seats[hand.turn.seat]
            assert seat is not None
            fold = commands.Act(seat.player, hand.turn.number, "fold")
            actor.handle(FakeViewer(seat.player), f"f{hand.number}", fold)
    mine = await pages_of(past_hands, ANN, mine=True)
    assert len(mine) == 12
    assert [hand.hand for hand in mine] == sorted((hand.hand for hand in mine), reverse=True)
    assert {abs(hand.net or 0) for hand in mine} == {50}
    for actor, player in zip(actors, ("ben", "cleo"), strict=True):
        listed = await pages_of(past_hands, PlayerId(player), table=actor.table.id)
        assert [hand.hand for hand in listed] == [6, 5, 4, 3, 2, 1]
        assert listed == await pages_of(past_hands, PlayerId(player), mine=True)
        for summary in listed:
            viewer = FakeViewer(player)
            await actor.send_hand(viewer, GetHand("g", actor.table.id, summary.hand))
            (told,) = viewer.take()
            assert isinstance(told, HandEvents)
            assert told.seq == summary.seq
    assert await pages_of(past_hands, PlayerId("sam"), mine=True) == []
    while actors[0].pack():
        pass
    assert len(await pages_of(past_hands, ANN, mine=True)) == 12
    # What waits to be stored is not listed yet.
    actors[0].gate.close(10_000)
    assert len(await pages_of(past_hands, ANN, mine=True)) == 6


async def test_play_goes_on_while_the_hands_of_many_tables_are_listed() -> None:
    clock = ManualClock()
    lobby = memory_lobby(clock, max_tables=20)
    actors = [lobby.create("One", CONFIG) for _ in range(20)]
    for actor in actors:
        for number, name in enumerate(("ann", "ben")):
            viewer = FakeViewer(name)
            actor.handle(viewer, "s", commands.Sit(viewer.player, name, number, 10_000))
    clock.advance(CONFIG.next_hand_delay_ms)
    for actor in actors:
        hand = actor.table.hand
        assert hand is not None
        assert hand.turn is not None
        seat = actor.table.seats[hand.turn.seat]
        assert seat is not None
        actor.handle(FakeViewer(seat.player), "f", commands.Act(seat.player, 1, "fold"))
    listing = asyncio.create_task(memory_hands(lobby).list(ListHands("l", mine=True), ANN))
    turns = 0
    while not listing.done():
        turns += 1
        await asyncio.sleep(0)
    assert len((await listing).hands) == 20
    assert turns >= 20
