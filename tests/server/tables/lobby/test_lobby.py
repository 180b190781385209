"""The lobby over a store: tables leave memory and come back, and belong to one owner."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from typing import cast

import msgspec
import pytest
from structlog.testing import capture_logs

from pokerws.game import commands
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.events import ClockResumed, LogRestarted, TableEvent
from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.game.table import replay
from pokerws.messages import Events, Notice, Snapshot, Watch, WatchLobby
from pokerws.messages import Lobby as LobbyMessage
from pokerws.server.tables import actor as table_actor
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.lobby.list_watchers import GATHER_MS
from pokerws.server.tables.lobby.table_loader import RESUME_GRACE_MS
from pokerws.storage.journal.journal import Journal
from pokerws.storage.store import Change
from pokerws.storage.vault.vault import Vault, VaultKey
from tests.server.fakes import FakeViewer, ManualClock, OpenStore, open_cashier
from tests.storage.logs import stored_state
from tests.storage.memory_store import MemoryStore
from tests.vaults import KEY, VAULT

CONFIG = TableConfig(seats=3, next_hand_delay_ms=1_000, turn_time_ms=10_000)


class House:
    """One server's lobby and journal, over a store that others may use too."""

    def __init__(
        self,
        store: MemoryStore,
        clock: ManualClock,
        *,
        keep_events: bool = True,
        vault: Vault = VAULT,
    ) -> None:
        self.store = store
        self.clock = clock
        self.journal = Journal(store)
        self.journal.start()
        self.lobby = Lobby(
            store=store,
            journal=self.journal,
            keep_events=keep_events,
            clock=clock,
            shuffle=shuffler(random.Random(3).randbytes),
            cashier=open_cashier(clock, store),
            max_tables=10,
            vault=vault,
        )

    async def close(self) -> None:
        self.lobby.stop()
        await self.journal.stop(5)


NewHouse = Callable[..., House]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def new_house(clock: ManualClock) -> AsyncIterator[NewHouse]:
    """Makes houses over one store, and closes them."""
    store, houses = OpenStore(), []

    def make(*, keep_events: bool = True, vault: Vault = VAULT) -> House:
        houses.append(House(store, clock, keep_events=keep_events, vault=vault))
        return houses[-1]

    yield make
    for house in houses:
        await house.close()


async def start_hand(house: House) -> TableActor:
    """A table with two players in a hand, all written."""
    actor = house.lobby.create("One", CONFIG)
    for seat, name in enumerate(("ann", "ben")):
        viewer = FakeViewer(name)
        actor.handle(viewer, "s", commands.Sit(viewer.player, name, seat, 10_000))
    house.clock.advance(CONFIG.next_hand_delay_ms)
    await house.journal.flush(5)
    return actor


async def stored_events(store: MemoryStore, table: TableId) -> list[TableEvent]:
    rows = await store.events(table, 0, 10_000)
    return [VAULT.open_event(table, row.hand_number, row.payload) for row in rows]


async def test_a_table_comes_back_as_it_was_and_its_clock_goes_on(new_house: NewHouse) -> None:
    first = new_house()
    before = await start_hand(first)
    await first.close()
    first.clock.advance(3_600_000)
    second = new_house()
    await second.lobby.start()
    (summary,) = second.lobby.summaries()
    assert (summary.name, summary.players, summary.status) == ("One", 2, "active")
    after = await second.lobby.find(summary.table)
    assert (after.epoch, after.branch) == (before.epoch + 1, before.branch)
    assert after.table.hand is not None
    assert before.table.hand is not None
    assert after.table.hand.deck == before.table.hand.deck
    assert after.table.hand.seats == before.table.hand.seats
    assert after.table.deadline_ms == (first.clock.now_ms() + CONFIG.turn_time_ms + RESUME_GRACE_MS)
    await second.journal.flush(5)
    assert isinstance((await stored_events(first.store, summary.table))[-1], ClockResumed)


@pytest.mark.parametrize("keep_events", [True, False])
async def test_who_left_is_held_to_it_after_a_restart_too(
    new_house: NewHouse, *, keep_events: bool
) -> None:
    first = new_house(keep_events=keep_events)
    before = await start_hand(first)
    ann = FakeViewer("ann")
    before.handle(ann, "leave", commands.Stand(ann.player))
    await first.close()
    second = new_house(keep_events=keep_events)
    await second.lobby.start()
    after = await second.lobby.find(before.table.id)
    assert after.table.departed == before.table.departed
    (left,) = after.table.departed
    assert (left.player, left.owes_blinds) == ("ann", True)
    after.handle(ann, "less", commands.Sit(ann.player, "ann", 2, left.stack - 1))
    assert after.table.seat_of(ann.player) is None
    after.handle(ann, "all", commands.Sit(ann.player, "ann", 2, left.stack))
    await second.journal.flush(5)
    seat = after.table.seats[2]
    assert seat is not None
    assert (seat.owes_blind, seat.owes_small) == (True, True)


async def test_a_table_is_loaded_once_however_many_ask(new_house: NewHouse) -> None:
    first = new_house()
    table = (await start_hand(first)).table.id
    second = new_house()
    await second.lobby.start()
    actors = await asyncio.gather(*(second.lobby.find(table) for _ in range(20)))
    assert len(set(map(id, actors))) == 1
    assert actors[0].epoch == 2


async def test_a_table_that_another_server_has_taken_is_left_to_it(new_house: NewHouse) -> None:
    first, second = new_house(), new_house()
    old = await start_hand(first)
    viewer = FakeViewer("ann")
    old.watch(viewer, Watch("w", old.table.id))
    await second.lobby.start()
    await second.lobby.find(old.table.id)
    old.handle(viewer, "x", commands.SitOut(viewer.player))
    await first.journal.flush(5)
    assert viewer.moved_tables == [old.table.id]
    assert old.stopped
    with_events = await stored_events(first.store, old.table.id)
    assert msgspec.json.encode(replay(with_events)) != msgspec.json.encode(old.table)


async def test_a_table_with_a_fault_is_restored_from_the_store_and_others_play_on(
    new_house: NewHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = new_house()
    broken, other = await start_hand(house), await start_hand(house)
    viewer = FakeViewer("ann")
    broken.watch(viewer, Watch("w", broken.table.id))
    viewer.take()
    with monkeypatch.context() as patch:
        patch.setattr(table_actor, "play", cast("object", None))
        broken.handle(viewer, "x", commands.SitOut(viewer.player))
    notice = next(message for message in viewer.take() if isinstance(message, Notice))
    assert (notice.code, notice.table) == ("table_failed", broken.table.id)
    restored = await house.lobby.find(broken.table.id)
    assert restored is not broken
    assert restored.table.hand_number == 1
    assert await house.lobby.find(other.table.id) is other
    restored.watch(viewer, Watch("v", broken.table.id, 3, broken.branch))
    assert any(isinstance(message, Snapshot) for message in viewer.take())


async def test_a_stored_table_that_does_not_decode_is_refused_and_others_load(
    new_house: NewHouse,
) -> None:
    first = new_house()
    bad, good = await start_hand(first), await start_hand(first)
    await first.close()
    position = await first.store.position(bad.table.id)
    assert position is not None
    await first.store.save(
        [
            Change(
                table=bad.table.id,
                name="One",
                status="active",
                config=CONFIG,
                players=2,
                hand_number=1,
                total_pot=0,
                expected=position.version,
                version=position.version,
                epoch=position.epoch,
                snapshot=b'{"table":{}}',
                at_ms=0,
                chips=bad.table.chips,
            )
        ]
    )
    second = new_house()
    await second.lobby.start()
    for _ in range(2):
        with pytest.raises(Illegal, match="table_quarantined"):
            await second.lobby.find(bad.table.id)
    assert [game.table for game in await second.store.games()] == [good.table.id]
    assert (await second.lobby.find(good.table.id)).table.hand_number == 1


async def test_events_turned_on_later_begin_with_the_whole_table(new_house: NewHouse) -> None:
    first = new_house(keep_events=False)
    table = (await start_hand(first)).table.id
    await first.close()
    second = new_house(keep_events=True)
    await second.lobby.start()
    actor = await second.lobby.find(table)
    second.clock.advance(60_000)
    await second.journal.flush(5)
    events = await stored_events(second.store, table)
    assert isinstance(events[0], LogRestarted)
    assert msgspec.json.encode(replay(events)) == msgspec.json.encode(actor.table)
    stored = await stored_state(second.store, table, VAULT)
    assert msgspec.json.encode(stored.table) == msgspec.json.encode(actor.table)


async def test_a_table_that_another_server_has_opened_since_the_start_is_found_at_once(
    new_house: NewHouse,
) -> None:
    first, second = new_house(), new_house()
    await second.lobby.start()
    table = (await start_hand(first)).table.id
    await first.close()
    assert (await second.lobby.find(table)).table.hand_number == 1
    assert [summary.table for summary in second.lobby.summaries()] == [table]
    with pytest.raises(Illegal, match="unknown_table"):
        await second.lobby.find(TableId("nowhere"))


async def test_a_command_sent_again_after_a_restart_gets_its_first_answer(
    new_house: NewHouse,
) -> None:
    first = new_house()
    actor = await start_hand(first)
    viewer = FakeViewer("ann")
    actor.handle(viewer, "leave", commands.Stand(viewer.player))
    await first.journal.flush(5)
    answer = viewer.take()[0]
    await first.close()
    second = new_house()
    await second.lobby.start()
    restored = await second.lobby.find(actor.table.id)
    seq = restored.table.seq
    restored.handle(viewer, "leave", commands.Stand(viewer.player))
    assert viewer.take() == [answer]
    assert restored.table.seq == seq


async def test_those_who_watch_the_lobby_hear_of_changes(new_house: NewHouse) -> None:
    house, viewer = new_house(), FakeViewer("ann")
    house.lobby.list_watchers.subscribe(viewer, WatchLobby("l"))
    assert viewer.take() == [LobbyMessage([])]
    actor = await start_hand(house)
    await house.journal.flush(5)
    house.clock.advance(GATHER_MS)
    news = viewer.take()[-1]
    assert isinstance(news, LobbyMessage)
    assert [(t.table, t.players, t.hand_number) for t in news.tables] == [(actor.table.id, 2, 1)]


@pytest.mark.parametrize(("level", "lines"), [("DEBUG", 1), ("INFO", 0)])
async def test_that_a_table_was_in_memory_is_logged_where_somebody_wants_to_know(
    new_house: NewHouse, caplog: pytest.LogCaptureFixture, level: str, lines: int
) -> None:
    house = new_house()
    table = (await start_hand(house)).table.id
    with caplog.at_level(level), capture_logs() as logged:
        assert house.lobby.at(table) is await house.lobby.find(table)
        assert house.lobby.at(TableId("another")) is None
    found = {"event": "get_game", "log_level": "debug", "outcome": "IN_MEMORY", "table": table}
    assert logged == [found] * 2 * lines


async def test_a_stopped_lobby_opens_and_loads_nothing(new_house: NewHouse) -> None:
    house = new_house()
    table = (await start_hand(house)).table.id
    second = new_house()
    await second.lobby.start()
    await second.close()
    with pytest.raises(Illegal, match="restarting"):
        second.lobby.create("Two", CONFIG)
    with pytest.raises(Illegal, match="restarting"):
        await second.lobby.find(table)


async def test_viewers_of_a_restored_table_are_sent_what_follows(new_house: NewHouse) -> None:
    first = new_house()
    table = (await start_hand(first)).table.id
    await first.close()
    second, viewer = new_house(), FakeViewer("ann")
    await second.lobby.start()
    actor = await second.lobby.find(table)
    actor.watch(viewer, Watch("w", table))
    snapshot = next(message for message in viewer.take() if isinstance(message, Snapshot))
    second.clock.advance(20_000)
    first_news = next(message for message in viewer.take() if isinstance(message, Events))
    assert (first_news.seq, first_news.epoch) == (snapshot.seq + 1, snapshot.epoch)


async def test_sealed_cards_that_were_edited_or_moved_set_their_table_aside_and_no_other(
    new_house: NewHouse,
) -> None:
    first = new_house()
    good, bad = await start_hand(first), await start_hand(first)
    rows = first.store._rows
    for actor in (good, bad):
        actor.store_snapshot()
    await first.close()
    sealed = [json.loads(rows[actor.table.id].snapshot)["sealed"] for actor in (good, bad)]
    row = rows[bad.table.id]
    row.snapshot = row.snapshot.replace(sealed[1].encode(), sealed[0].encode())

    second = new_house()
    await second.lobby.start()
    with pytest.raises(Illegal) as caught:
        await second.lobby.find(bad.table.id)
    assert caught.value.code == "table_quarantined"
    back = await second.lobby.find(good.table.id)
    assert msgspec.json.encode(back.table.hand) != msgspec.json.encode(None)
    assert back.table.seats == good.table.seats


async def test_a_table_whose_key_is_not_at_hand_waits_for_it(new_house: NewHouse) -> None:
    first = new_house()
    actor = await start_hand(first)
    await first.close()
    other = new_house(vault=Vault([VaultKey("other", bytes(32))]))
    await other.lobby.start()
    with pytest.raises(Illegal) as caught:
        await other.lobby.find(actor.table.id)
    assert caught.value.code == "table_unavailable"
    await other.close()

    rotated = new_house(vault=Vault([VaultKey("other", bytes(32)), KEY]))
    await rotated.lobby.start()
    back = await rotated.lobby.find(actor.table.id)
    assert back.table.hand is not None
    assert actor.table.hand is not None
    assert back.table.hand.deck == actor.table.hand.deck
    await rotated.journal.flush(5)
    assert rotated.store._rows[actor.table.id].change.key_id == "other"
