"""What happened in a hand, told later: to each player what that player was shown, no more."""

import asyncio
import random

import pytest
from msgspec.structs import replace

from pokerws.game import commands
from pokerws.game.cards import UNKNOWN
from pokerws.game.events import (
    HandCancelled,
    HandEnded,
    HandShown,
    HandStarted,
    HoleCardsDealt,
    TableEvent,
)
from pokerws.game.illegal import Illegal
from pokerws.game.redaction import redact
from pokerws.game.state import TableId
from pokerws.messages import JSON, GetHand, HandEvents, Rejected
from pokerws.server.limits.limits import Meter, Quotas
from pokerws.server.limits.rate_limits import Tally
from pokerws.server.tables import event_log
from pokerws.server.tables.actor import TableActor
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import EventRow
from tests.server.conftest import Connect, Message, Raw
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.in_process import Client, open_context
from tests.server.in_process import read as read_plain
from tests.server.resumed import CONFIG, VIEWERS, Playing, memory_lobby, stored_events
from tests.server.slow_store import SlowStore
from tests.server.stored_house import StoredHouse, house_on


async def hand_of(actor: TableActor, player: str, number: int) -> HandEvents:
    viewer = FakeViewer(player)
    await actor.send_hand(viewer, GetHand("g", actor.table.id, number))
    (told,) = viewer.take()
    assert isinstance(told, HandEvents)
    assert (told.id, told.table, told.hand) == ("g", actor.table.id, number)
    assert told.epoch == actor.branch
    assert (told.name, told.config) == (actor.table.name, actor.table.config)
    return told


async def refused(actor: TableActor, number: int, player: str = "p0") -> str:
    viewer = FakeViewer(player)
    with pytest.raises(Illegal) as caught:
        await actor.send_hand(viewer, GetHand("g", actor.table.id, number))
    assert viewer.take() == []
    return caught.value.code


def hands_in(events: list[TableEvent]) -> dict[int, tuple[int, list[TableEvent]]]:
    """The hands that are over, and the cards shown after each; with the first event's number."""
    hands: dict[int, tuple[int, list[TableEvent]]] = {}
    begun: tuple[int, int] | None = None
    for place, event in enumerate(events):
        if isinstance(event, HandStarted):
            begun = place, event.hand
        elif isinstance(event, HandEnded | HandCancelled) and begun is not None:
            hands[event.hand] = begun[0] + 1, events[begun[0] : place + 1]
        elif isinstance(event, HandShown):
            hands[event.hand][1].append(event)
    return hands


async def check_all_hands(house: StoredHouse, playing: Playing) -> int:
    """Each viewer is told of each hand what it saw at the time; returns how many own cards."""
    actor, own = playing.actor, 0
    hands = hands_in(await stored_events(house, actor))
    assert len(hands) > 4
    for number, (seq, events) in hands.items():
        for player in VIEWERS:
            told = await hand_of(actor, player, number)
            assert told.seq == seq
            assert told.events == [redact(event, player) for event in events]
            for dealt in told.events:
                if isinstance(dealt, HoleCardsDealt):
                    open_cards = [cards for cards in dealt.cards if cards and UNKNOWN not in cards]
                    assert len(open_cards) == dealt.players.count(player)
                    own += len(open_cards)
    return own


async def test_each_viewer_is_told_from_memory_what_it_saw_of_each_hand(
    house: StoredHouse, store: SlowStore
) -> None:
    playing = await Playing.begin(house, 1)
    await playing.steps(120)
    await stored_events(house, playing.actor)
    reads = store.reads
    assert await check_all_hands(house, playing) > 10
    assert store.reads == reads + 1


@pytest.mark.usefixtures("short_memory")
async def test_each_viewer_is_told_from_the_log_what_it_saw_of_each_hand(
    house: StoredHouse,
) -> None:
    playing = await Playing.begin(house, 2)
    await playing.steps(120)
    assert await check_all_hands(house, playing) > 10


@pytest.mark.usefixtures("short_memory")
async def test_a_log_in_postgres_tells_the_same(database_url: str) -> None:
    store = await PostgresStore.open(address_of(database_url))
    try:
        async with house_on(store, ManualClock()) as house:
            playing = await Playing.begin(house, 3)
            await playing.steps(90)
            assert await check_all_hands(house, playing) > 5
    finally:
        await store.close()


@pytest.mark.usefixtures("short_memory")
async def test_hands_from_before_a_restart_and_the_one_that_it_fell_into_are_told(
    store: SlowStore,
) -> None:
    clock = ManualClock()
    async with house_on(store, clock) as house:
        before = await Playing.begin(house, 4)
        await before.steps(80)
        while before.actor.table.hand is None:
            await before.steps(1)
    async with house_on(store, clock) as house:
        playing = Playing(house, await house.lobby.find(before.actor.table.id), 5)
        await playing.steps(60)
        assert playing.actor.epoch == 2
        await check_all_hands(house, playing)


async def test_a_hand_is_told_when_it_is_over_and_not_before(house: StoredHouse) -> None:
    actor = await house.open_hand()
    assert await refused(actor, 1) == "hand_not_over"
    while actor.table.hand is not None:
        house.act(actor)
    await house.written()
    assert isinstance((await hand_of(actor, "ann", 1)).events[-1], HandEnded)


@pytest.mark.parametrize("number", [0, 2, 2**53])
async def test_a_hand_that_was_never_dealt_is_unknown(house: StoredHouse, number: int) -> None:
    actor = await house.open_hand()
    assert await refused(actor, number) == "unknown_hand"


async def test_a_hand_that_was_broken_off_is_told_to_where_it_was(house: StoredHouse) -> None:
    actor = await house.open_hand()
    await house.lobby.close(actor.table.id, "operator")
    await house.written()
    told = await hand_of(actor, "ann", 1)
    assert isinstance(told.events[-1], HandCancelled)


# ---- the log


async def played(house: StoredHouse) -> TableActor:
    playing = await Playing.begin(house, 6)
    await playing.steps(80)
    while playing.actor.table.hand is not None:
        await playing.steps(1)
    assert playing.actor.table.hand_number > 2
    return playing.actor


@pytest.mark.usefixtures("short_memory")
async def test_while_the_log_cannot_be_read_the_client_is_told_to_try_again(
    house: StoredHouse, store: SlowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await played(house)
    store.away = True
    assert await refused(actor, 1) == "log_unavailable"
    store.away = False
    monkeypatch.setattr(event_log, "LOG_TIMEOUT_S", 0.01)
    store.open.clear()
    assert await refused(actor, 1) == "log_unavailable"
    store.open.set()
    assert (await hand_of(actor, "p0", 1)).hand == 1


@pytest.mark.usefixtures("short_memory")
async def test_a_hand_whose_end_is_not_stored_yet_is_not_said_to_be_unknown(
    house: StoredHouse, store: SlowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await house.open_hand()
    store.saves_go.clear()
    while actor.table.hand is not None:
        house.act(actor)
    with monkeypatch.context() as patched:
        patched.setattr(event_log, "LOG_TIMEOUT_S", 0.01)
        assert await refused(actor, 1) == "log_unavailable"
    asking = asyncio.create_task(hand_of(actor, "ann", 1))
    store.saves_go.set()
    assert isinstance((await asking).events[-1], HandEnded)


@pytest.mark.usefixtures("short_memory")
async def test_a_hand_of_which_an_event_is_missing_is_unknown(
    house: StoredHouse, store: SlowStore
) -> None:
    actor = await played(house)
    seq = (await hand_of(actor, "p0", 2)).seq
    log = store._rows[actor.table.id].log
    del log[seq + 3]
    assert await refused(actor, 2) == "unknown_hand"
    del log[seq]
    assert await refused(actor, 2) == "unknown_hand"
    assert (await hand_of(actor, "p0", 1)).hand == 1


@pytest.mark.usefixtures("short_memory")
async def test_a_log_that_cannot_be_opened_is_unavailable(
    house: StoredHouse, store: SlowStore
) -> None:
    actor = await played(house)
    seq = (await hand_of(actor, "p0", 1)).seq
    log = store._rows[actor.table.id].log
    log[seq] = replace(log[seq], payload=log[seq].payload.replace(b"sealed", b"seal?d"))
    log[seq + 1] = replace(log[seq + 1], payload=b"[")
    assert await refused(actor, 1) == "log_unavailable"


@pytest.mark.usefixtures("short_memory")
async def test_of_a_hand_in_an_older_log_that_does_not_tell_who_was_dealt_to_nobody_sees_cards(
    house: StoredHouse, store: SlowStore
) -> None:
    actor = await played(house)
    log = store._rows[actor.table.id].log
    row = next(row for row in log.values() if row.type == "hole_cards_dealt")
    event = house.vault.open_event(actor.table.id, row.hand_number, row.payload)
    assert isinstance(event, HoleCardsDealt)
    payload = house.vault.seal_event(actor.table.id, row.hand_number, replace(event, players=[]))
    log[row.seq] = replace(row, payload=payload)
    for player in VIEWERS:
        told = await hand_of(actor, player, row.hand_number)
        dealt = next(event for event in told.events if isinstance(event, HoleCardsDealt))
        assert {card for cards in dealt.cards for card in cards} == {UNKNOWN}


async def test_nobody_is_told_of_a_hand_before_its_end_is_stored_with_durable_acks(
    store: SlowStore,
) -> None:
    house = StoredHouse(store, ManualClock(), durable=True)
    house.journal.start()
    try:
        actor = await house.open_hand()
        store.saves_go.clear()
        while actor.table.hand is not None:
            house.act(actor)
        viewer = FakeViewer("ann")
        await actor.send_hand(viewer, GetHand("g", actor.table.id, 1))
        assert viewer.take() == []
        store.saves_go.set()
        await house.written()
        assert isinstance(viewer.take()[0], HandEvents)
        store.saves_go.clear()
        house.clock.advance(1_000)
        await actor.send_hand(viewer, GetHand("h", actor.table.id, 1))
        assert viewer.take() == []
        actor.roll_back()
        (refusal,) = viewer.take()
        assert isinstance(refusal, Rejected)
        assert (refusal.id, refusal.code) == ("h", "table_unavailable")
    finally:
        store.saves_go.set()
        await house.close()


# ---- on the wire


async def play_a_hand(ann: Raw, ben: Raw, table: str) -> None:
    """Two players sit down, and whoever is to act first folds."""
    await ann.send({"type": "watch", "table": table})
    for player in (ann, ben):
        assert (await player.ask("sit", table=table, buy_in=2_000))["type"] == "accepted"
    turn: Message = {}
    while not turn:
        news = await ann.until("events")
        turn = next((e["turn"] for e in news["events"] if e["type"] == "turn_started"), {})
    # So that no other hand follows.
    assert (await ben.ask("sit_out", table=table))["type"] == "accepted"
    first = (ann, ben)[turn["seat"]]
    answer = await first.ask("act", table=table, turn=turn["number"], action="fold")
    assert answer["type"] == "accepted"


async def test_hands_are_told_and_cards_are_shown_without_watching(
    open_connection: Connect,
) -> None:
    ann, ben, sam = [await open_connection(name) for name in ("Ann", "Ben", "Sam")]
    config = {"seats": 2, "next_hand_delay_ms": 0}
    table = (await ann.ask("create_table", name="One", config=config))["table"]
    await play_a_hand(ann, ben, table)
    told = [await player.ask("get_hand", table=table, hand=1) for player in (ann, ben, sam)]
    dealt = []
    for answer in told:
        assert answer["type"] == "hand"
        assert (answer["hand"], answer["table"], answer["epoch"]) == (1, table, 1)
        events = {event["type"]: event for event in answer["events"]}
        assert next(iter(events)) == "hand_started"
        assert [*events][-1] == "hand_ended"
        assert "deck" not in events["hand_started"]
        dealt.append(events["hole_cards_dealt"]["cards"])
    assert ["??" in cards for cards in dealt[0]] == [False, True]
    assert ["??" in cards for cards in dealt[1]] == [True, False]
    assert ["??" in cards for cards in dealt[2]] == [True, True]

    answer = await ben.ask("show", table=table, hand=1)
    assert answer["type"] == "accepted"
    shown = await ann.until("events")
    while shown["events"][0]["type"] != "hand_shown":
        shown = await ann.until("events")
    assert shown["seq"] == answer["seq"]
    assert shown["events"] == [{"type": "hand_shown", "hand": 1, "seat": 1, "cards": dealt[1][1]}]
    assert (await ben.ask("show", table=table, hand=1))["code"] == "nothing_to_show"
    assert (await sam.ask("show", table=table, hand=1))["code"] == "nothing_to_show"
    await sam.send({"type": "watch", "table": table})
    state = (await sam.until("snapshot"))["state"]
    last = state["last_hand"]
    assert (last["number"], last["shown"]) == (1, [1])
    assert last["cards"] == [["??", "??"], dealt[1][1]]
    for player in (ann, ben, sam):
        told_later = await player.ask("get_hand", table=table, hand=1)
        assert told_later["events"][-1] == shown["events"][0]


async def test_a_hand_that_cannot_be_told_is_refused_with_a_code(
    open_connection: Connect,
) -> None:
    connection = await open_connection("Ann")
    made = await connection.ask("create_table", name="One", config={"seats": 2})
    answer = await connection.ask("get_hand", table=made["table"], hand=1)
    assert (answer["type"], answer["code"]) == ("rejected", "unknown_hand")
    answer = await connection.ask("get_hand", table="nowhere", hand=1)
    assert answer["code"] == "unknown_table"
    answer = await connection.ask("get_hand", table=made["table"], hand=-1)
    assert answer["code"] == "out_of_range"


@pytest.mark.usefixtures("short_memory")
async def test_where_no_events_are_kept_an_old_hand_is_unknown() -> None:
    clock = ManualClock()
    actor = memory_lobby(clock).create("One", CONFIG)
    players = [FakeViewer(f"p{number}") for number in range(2)]
    for number, viewer in enumerate(players):
        actor.handle(viewer, "s", commands.Sit(viewer.player, "P", number, 1_000))
    clock.advance(CONFIG.next_hand_delay_ms)
    clock.advance(CONFIG.turn_time_ms)
    assert (actor.table.hand, actor.table.hand_number) == (None, 1)
    assert await refused(actor, 1) == "unknown_hand"


@pytest.mark.usefixtures("short_memory")
async def test_a_player_has_the_log_read_once_at_a_time_and_keeps_no_reader_from_others(
    house: StoredHouse, store: SlowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = await Playing.begin(house, 12), await Playing.begin(house, 13)
    tables = []
    for playing in (one, two):
        await playing.steps(60)
        tables.append(playing.actor.table.id)
    await house.written()
    read = store.events

    async def noted(table: TableId, after_seq: int, limit: int) -> list[EventRow]:
        asked_for.append(table)
        return await read(table, after_seq, limit)

    asked_for: list[TableId] = []
    monkeypatch.setattr(store, "events", noted)
    context = replace(open_context(house.clock, random.Random(1)), lobby=house.lobby)
    quotas, clients = Quotas(), []
    for player in ("p0", "p0", "p1"):
        client = Client(context, player=player)
        client.session.meter = Meter(quotas, Tally())
        assert client.session.meter.join(client.player)
        clients.append(client)
    store.open.clear()
    reads = []
    for client, table in zip(clients, (tables[0], tables[0], tables[1]), strict=True):
        store.asked.clear()
        reads.append(asyncio.create_task(client.asks(GetHand("g", table, 1))))
        if client is not clients[1]:
            await store.asked.wait()
    assert asked_for == tables
    store.open.set()
    await asyncio.gather(*reads)
    for client in clients:
        (answer,) = client.take()
        assert read_plain(JSON, answer)["type"] == "hand"
