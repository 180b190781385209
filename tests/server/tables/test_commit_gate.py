"""With durable acks nothing is shown before it is stored, and play does not wait for that."""

from collections.abc import AsyncIterator

import pytest

from pokerws.game import commands
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.messages import Accepted, Events, GetHand, Notice, Rejected, Snapshot, Watch
from pokerws.server.tables import actor as table_actor
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.commit_gate import CommitGate
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.lobby.outage_pause import CHECK_LAG_MS, PAUSE_AFTER_MS
from pokerws.storage.errors import StoreRejected
from pokerws.storage.journal.journal import Journal
from tests.server.fakes import FakeViewer, ManualClock, open_cashier
from tests.storage.faulty_store import FaultyStore
from tests.vaults import VAULT

CONFIG = TableConfig(seats=3, next_hand_delay_ms=1_000, turn_time_ms=10_000)


class DurableHouse:
    """A lobby with durable acks; nothing is written until a test flushes the journal."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = FaultyStore()
        self.journal = Journal(
            self.store,
            overwrite_edits=False,
            clock=lambda: self.clock.now_ms() / 1000,
        )
        self.lobby = Lobby(
            store=self.store,
            journal=self.journal,
            keep_events=True,
            clock=self.clock,
            shuffle=shuffler(bytes),
            cashier=open_cashier(self.clock, self.store),
            max_tables=10,
            vault=VAULT,
            durable=True,
        )
        self.ann, self.ben = FakeViewer("ann"), FakeViewer("ben")

    async def open(self) -> TableActor:
        """A table that both watch, stored and shown."""
        self.journal.start()
        await self.lobby.start()
        actor = self.lobby.create("One", CONFIG)
        for viewer in (self.ann, self.ben):
            actor.watch(viewer, Watch("w", actor.table.id))
        await self.journal.flush(5)
        for viewer in (self.ann, self.ben):
            viewer.take()
        return actor

    def sit(self, actor: TableActor) -> None:
        for seat, viewer in enumerate((self.ann, self.ben)):
            name = viewer.player.title()
            actor.handle(viewer, "s", commands.Sit(viewer.player, name, seat, 10_000))


@pytest.fixture
async def house() -> AsyncIterator[DurableHouse]:
    house = DurableHouse()
    yield house
    house.lobby.stop()
    await house.journal.stop(5)


def test_the_gate_lets_out_in_order_what_is_stored() -> None:
    gate, sent = CommitGate(durable=True, written=1), list[str]()
    gate.send(1, lambda: sent.append("stored before"))
    gate.send(3, lambda: sent.append("a"))
    gate.send(3, lambda: sent.append("b"))
    gate.send(4, lambda: sent.append("c"))
    assert sent == ["stored before"]
    gate.advance(3)
    assert sent == ["stored before", "a", "b"]
    gate.discard()
    gate.advance(9)
    assert sent == ["stored before", "a", "b"]


def test_the_gate_refuses_what_will_never_be_stored() -> None:
    gate, sent = CommitGate(durable=True, written=1), list[str]()
    gate.hold(2, lambda: sent.append("answer"), lambda: sent.append("refusal"))
    gate.send(2, lambda: sent.append("events"))
    gate.refuse()
    gate.advance(9)
    assert sent == ["refusal"]


def test_without_durable_acks_the_gate_stands_open() -> None:
    gate, sent = CommitGate(durable=False, written=0), list[str]()
    gate.send(7, lambda: sent.append("at once"))
    assert sent == ["at once"]


def test_a_gate_that_was_closed_opens_when_that_is_stored_and_keeps_the_order() -> None:
    gate, sent = CommitGate(durable=False, written=2), list[str]()
    gate.send(3, lambda: sent.append("before"))
    gate.close(4)
    assert gate.is_closed
    gate.send(2, lambda: sent.append("stored already"))
    gate.send(4, lambda: sent.append("chips"))
    gate.send(6, lambda: sent.append("what came after"))
    assert sent == ["before", "stored already"]
    gate.advance(3)
    assert gate.is_closed
    assert sent == ["before", "stored already"]
    gate.advance(4)
    assert sent == ["before", "stored already", "chips", "what came after"]
    assert not gate.is_closed
    gate.send(9, lambda: sent.append("open again"))
    assert sent[-1] == "open again"


def test_a_gate_closed_twice_opens_when_the_later_one_is_stored() -> None:
    gate, sent = CommitGate(durable=False, written=2), list[str]()
    gate.close(7)
    gate.close(4)
    gate.send(4, lambda: sent.append("four"))
    gate.send(7, lambda: sent.append("seven"))
    gate.send(8, lambda: sent.append("eight"))
    gate.advance(5)
    assert sent == ["four"]
    gate.advance(7)
    assert sent == ["four", "seven", "eight"]


def test_what_is_sent_while_a_gate_lets_out_comes_after_what_waited() -> None:
    gate, sent = CommitGate(durable=False, written=2), list[str]()
    gate.close(3)
    gate.send(3, lambda: gate.send(3, lambda: sent.append("caused by the first")))
    gate.send(3, lambda: sent.append("second"))
    gate.advance(3)
    assert sent == ["second", "caused by the first"]
    assert len(gate) == 0


def test_a_closed_gate_refuses_what_will_never_be_stored() -> None:
    gate, sent = CommitGate(durable=False, written=2), list[str]()
    gate.close(3)
    gate.hold(3, lambda: sent.append("answer"), lambda: sent.append("refusal"))
    gate.send(3, lambda: sent.append("events"))
    gate.refuse()
    gate.advance(9)
    assert sent == ["refusal"]


async def test_answers_and_events_come_when_they_are_stored_and_play_goes_on_before(
    house: DurableHouse,
) -> None:
    actor = await house.open()
    house.sit(actor)
    assert actor.table.next_hand_at_ms is not None
    assert house.ann.take() == house.ben.take() == []
    await house.journal.flush(5)
    answer, *news = house.ann.take()
    assert isinstance(answer, Accepted)
    assert [type(message) for message in news] == [Events, Events]


async def test_a_refusal_waits_for_what_it_follows_from(house: DurableHouse) -> None:
    actor = await house.open()
    actor.handle(house.ann, "1", commands.Sit(house.ann.player, "Ann", 0, 10_000))
    actor.handle(house.ben, "2", commands.Sit(house.ben.player, "Ben", 0, 10_000))
    assert house.ben.take() == []
    await house.journal.flush(5)
    refusal = next(m for m in house.ben.take() if isinstance(m, Rejected))
    assert refusal.code == "seat_taken"


async def test_a_viewer_that_comes_meanwhile_sees_nothing_that_is_not_stored(
    house: DurableHouse,
) -> None:
    actor = await house.open()
    house.sit(actor)
    late = FakeViewer("late")
    actor.watch(late, Watch("w", actor.table.id))
    assert late.take() == []
    await house.journal.flush(5)
    answer, snapshot = late.take()
    assert isinstance(answer, Accepted)
    assert isinstance(snapshot, Snapshot)
    assert snapshot.seq == actor.table.seq


async def test_the_lobby_lists_what_is_stored(house: DurableHouse) -> None:
    actor = await house.open()
    house.sit(actor)
    assert house.lobby.summaries()[0].players == 0
    await house.journal.flush(5)
    assert house.lobby.summaries()[0].players == 2


async def test_what_cannot_be_stored_is_taken_back_and_nobody_has_seen_it(
    house: DurableHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await house.open()
    table, stored_seq = actor.table.id, actor.table.seq

    async def refuse(_: object) -> set[TableId]:
        raise StoreRejected("the data breaks a rule")

    with monkeypatch.context() as patch:
        patch.setattr(house.store, "save", refuse)
        house.sit(actor)
        await house.journal.flush(5)
    refused, notice = house.ann.take()
    assert isinstance(refused, Rejected)
    assert (refused.id, refused.code, refused.retryable) == ("s", "table_unavailable", True)
    assert isinstance(notice, Notice)
    assert notice.code == "table_failed"
    restored = await house.lobby.find(table)
    assert restored.table.seq == stored_seq
    assert restored.table.seats == [None, None, None]


async def test_a_row_that_somebody_edited_takes_the_place_of_memory(house: DurableHouse) -> None:
    actor = await house.open()
    house.sit(actor)
    await house.journal.flush(5)
    house.ann.take()
    house.store.edit(actor.table.id, 99)
    actor.handle(house.ann, "o", commands.SitOut(house.ann.player))
    await house.journal.flush(5)
    refused, notice = house.ann.take()
    assert isinstance(refused, Rejected)
    assert (refused.id, refused.code) == ("o", "table_unavailable")
    assert isinstance(notice, Notice)
    assert notice.code == "table_failed"
    assert actor.stopped


async def test_what_was_decided_before_a_fault_is_shown_when_it_is_stored(
    house: DurableHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await house.open()
    house.sit(actor)
    seq = actor.table.seq
    with monkeypatch.context() as patch:
        patch.setattr(table_actor, "play", None)
        actor.handle(house.ann, "x", commands.SitOut(house.ann.player))
    restored = await house.lobby.find(actor.table.id)
    assert restored.table.seq > seq
    failed, answer, *news, refused = house.ann.take()
    assert isinstance(failed, Notice)
    assert isinstance(answer, Accepted)
    assert answer.id == "s"
    assert isinstance(refused, Rejected)
    assert (refused.id, refused.code) == ("x", "table_unavailable")
    assert [message.seq for message in news if isinstance(message, Events)] == [2, 3]


async def test_a_table_that_failed_and_cannot_be_stored_is_loaded_as_it_was(
    house: DurableHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await house.open()
    table, stored_seq = actor.table.id, actor.table.seq

    async def refuse(_: object) -> set[TableId]:
        raise StoreRejected("the data breaks a rule")

    with monkeypatch.context() as patch:
        patch.setattr(house.store, "save", refuse)
        house.sit(actor)
        patch.setattr(table_actor, "play", None)
        actor.handle(house.ann, "x", commands.SitOut(house.ann.player))
        await house.journal.flush(5)
    answers = [message for message in house.ann.take() if isinstance(message, Rejected)]
    assert {(answer.id, answer.code) for answer in answers} == {
        ("s", "table_unavailable"),
        ("x", "table_unavailable"),
    }
    restored = await house.lobby.find(table)
    assert restored is not actor
    assert restored.table.seq == stored_seq


async def test_a_table_that_failed_and_is_claimed_elsewhere_sends_nothing_more(
    house: DurableHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await house.open()
    house.sit(actor)
    with monkeypatch.context() as patch:
        patch.setattr(table_actor, "play", None)
        actor.handle(house.ann, "x", commands.SitOut(house.ann.player))
    house.ann.take()
    await house.store.claim(actor.table.id)
    await house.journal.flush(5)
    assert house.ann.take() == []
    assert house.ann.moved_tables == [actor.table.id]


def test_reports_about_unknown_tables_change_nothing(house: DurableHouse) -> None:
    unknown, outcomes = TableId("nowhere"), house.lobby.outcomes
    outcomes.written(unknown, 1)
    outcomes.rejected(unknown)
    outcomes.fenced(unknown)
    assert house.lobby.summaries() == []


async def test_while_the_store_is_away_the_clocks_stand_still(house: DurableHouse) -> None:
    actor = await house.open()
    house.sit(actor)
    await house.journal.flush(5)
    house.clock.advance(CONFIG.next_hand_delay_ms)
    await house.journal.flush(5)
    hand = actor.table.hand
    assert hand is not None
    assert hand.turn is not None
    number, deadline_ms = hand.turn.number, hand.turn.deadline_ms
    house.ann.take()
    house.store.open.clear()
    actor.handle(house.ann, "o", commands.SitOut(house.ann.player))
    house.clock.advance(PAUSE_AFTER_MS + 2 * CHECK_LAG_MS)
    paused_ms = house.clock.now_ms()
    house.clock.advance(600_000)
    codes = [m.code for m in house.ann.take() if isinstance(m, Notice)]
    assert codes == ["paused"]
    actor.handle(house.ben, "i", commands.SitIn(house.ben.player))
    *_, refused = house.ben.take()
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.retryable) == ("paused", True)
    # Hers comes after the answer that she waits for.
    actor.handle(house.ann, "i", commands.SitIn(house.ann.player))
    assert house.ann.take() == []

    house.store.open.set()
    await house.journal.flush(5)
    house.clock.advance(CHECK_LAG_MS)
    assert hand.turn is not None
    assert hand.turn.number == number
    left_ms = hand.turn.deadline_ms - house.clock.now_ms()
    assert abs(left_ms - (deadline_ms - paused_ms)) <= 2 * CHECK_LAG_MS
    await house.journal.flush(5)
    heard = house.ann.take()
    answers = [m.id for m in heard if isinstance(m, Accepted | Rejected)]
    assert answers == ["o", "i"]
    assert [m.code for m in heard if isinstance(m, Notice)] == ["resumed"]


async def test_while_the_store_is_away_one_snapshot_waits_for_each_viewer(
    house: DurableHouse,
) -> None:
    actor = await house.open()
    house.sit(actor)
    await house.journal.flush(5)
    late, gone = FakeViewer("late"), FakeViewer("gone")
    house.store.open.clear()
    actor.handle(house.ann, "o", commands.SitOut(house.ann.player))
    house.clock.advance(PAUSE_AFTER_MS + 2 * CHECK_LAG_MS)
    for viewer in (late, gone):
        actor.watch(viewer, Watch("w", actor.table.id, actor.table.seq - 1, actor.epoch))
        assert [type(message) for message in viewer.take()] == [Accepted]
    for _ in range(100):
        with pytest.raises(Illegal) as refused:
            actor.watch(late, Watch("w", actor.table.id, 0, actor.epoch))
        assert refused.value.code == "paused"
        with pytest.raises(Illegal, match="paused"):
            await actor.send_hand(late, GetHand("h", actor.table.id, 1))
    actor.unwatch(gone)

    house.store.open.set()
    await house.journal.flush(5)
    house.clock.advance(2 * CHECK_LAG_MS)
    await house.journal.flush(5)
    snapshot, *news = late.take()
    assert isinstance(snapshot, Snapshot)
    assert not any(isinstance(message, Snapshot) for message in news)
    state, seq = snapshot.state, snapshot.seq
    for message in news:
        if isinstance(message, Events):
            assert message.seq == seq + 1
            seq += len(message.events)
    assert (state.id, seq) == (actor.table.id, actor.table.seq)
    assert gone.take() == []
