"""A table that an operator has stopped: nothing happens, and afterwards nothing is lost."""

from pokerws.game.commands import Act
from pokerws.messages import Notice, Rejected, Snapshot, TableWaiting, Watch
from pokerws.server.tables.actor import TableActor
from tests.server.fakes import FakeViewer
from tests.server.stored_house import CONFIG, StoredHouse

HOUR_MS = 3_600_000


def watching(actor: TableActor, name: str = "sue") -> FakeViewer:
    viewer = FakeViewer(name)
    viewer.hears_waiting = True
    actor.watch(viewer, Watch("w", actor.table.id))
    return viewer


def left_ms(house: StoredHouse, actor: TableActor) -> int:
    """The time that is left to the player whose turn it is."""
    assert actor.table.deadline_ms is not None
    return actor.table.deadline_ms - house.clock.table_ms()


async def test_the_clock_of_a_frozen_table_stands_and_goes_on_with_what_was_left(
    house: StoredHouse,
) -> None:
    actor = await house.open_hand()
    house.clock.advance(4_000)
    seq, left = actor.table.seq, left_ms(house, actor)
    actor.freeze(on=True)
    house.clock.advance(HOUR_MS)
    assert actor.table.seq == seq, "no time-out comes"
    actor.freeze(on=False)
    assert left_ms(house, actor) == left
    house.clock.advance(left)
    assert actor.table.hand is None or actor.table.seq > seq + 1, "the time-out comes now"


async def test_a_frozen_table_refuses_commands_and_shows_itself_to_who_comes(
    house: StoredHouse,
) -> None:
    actor = await house.open_hand()
    sue = watching(actor)
    sue.take()
    actor.freeze(on=True)
    told = sue.take()
    assert [one.code for one in told if isinstance(one, Notice)] == ["frozen"]
    assert TableWaiting(actor.table.id, "frozen") in told
    hand = actor.table.hand
    assert hand is not None
    assert hand.turn is not None
    seat = actor.table.seats[hand.turn.seat]
    assert seat is not None
    viewer = house.viewers[seat.player]
    viewer.take()
    actor.handle(viewer, "1", Act(seat.player, hand.turn.number, "fold", None))
    (refused,) = viewer.take()
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.retryable) == ("paused", True)
    late = watching(actor, "tim").take()
    assert any(isinstance(one, Snapshot) for one in late)
    assert late[-1] == TableWaiting(actor.table.id, "frozen")
    actor.freeze(on=False)
    assert [one.code for one in sue.take() if isinstance(one, Notice)] == ["thawed"]
    actor.handle(viewer, "2", Act(seat.player, hand.turn.number, "fold", None))
    assert not any(isinstance(one, Rejected) for one in viewer.take())


async def test_an_outage_that_ends_does_not_thaw_a_table_nor_the_other_way_round(
    house: StoredHouse,
) -> None:
    actor = await house.open_hand()
    seq = actor.table.seq
    actor.freeze(on=True)
    actor.pause()
    actor.go_on()
    house.clock.advance(HOUR_MS)
    assert actor.table.seq == seq
    actor.pause()
    actor.freeze(on=False)
    house.clock.advance(HOUR_MS)
    assert actor.table.seq == seq
    actor.go_on()
    assert actor.table.seq == seq + 1, "the clock goes on"


async def test_a_frozen_table_can_be_closed(house: StoredHouse) -> None:
    actor = await house.open_hand()
    actor.freeze(on=True)
    await house.lobby.close(actor.table.id, "operator")
    assert actor.table.closed
    actor.freeze(on=False)
    house.clock.advance(CONFIG.turn_time_ms)
    assert actor.table.chips == 0
