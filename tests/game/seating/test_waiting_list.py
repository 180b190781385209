"""The waiting list, and the seats that are reserved for those on it."""

import pytest

from pokerws.game.commands import (
    Close,
    DropWaiters,
    HostBan,
    JoinWaitingList,
    LeaveWaitingList,
    ReserveSeat,
    Resume,
    Sit,
)
from pokerws.game.config.seating import Seating
from pokerws.game.events import PlayerBanned, PlayerSat, SeatReserved, WaiterJoined, WaiterLeft
from pokerws.game.state import PlayerId, Waiter
from tests.game.script import Game, Player, refused

EVE, FRED = PlayerId("eve"), PlayerId("fred")
RESERVE_MS = 30_000


def full(places: int = 2) -> Game:
    """A table of two, both seats taken."""
    game = Game(seats=2, seating=Seating(waiting_list=places, reserve_ms=RESERVE_MS))
    game.seat(1_000, 1_000)
    return game


def joins(game: Game, *players: PlayerId) -> None:
    for player in players:
        game.play(JoinWaitingList(player, player))


def test_players_wait_in_the_order_in_which_they_came() -> None:
    game = full()
    joins(game, EVE, FRED)
    assert game.events == [WaiterJoined(FRED, "fred")]
    assert [one.player for one in game.table.waiting] == [EVE, FRED]
    game.play(LeaveWaitingList(EVE))
    assert game.events == [WaiterLeft(EVE, "asked")]
    assert game.table.waiting == [Waiter(FRED, "fred")]


def test_whom_the_host_bans_waits_no_more() -> None:
    game = full()
    joins(game, EVE)
    game.play(HostBan(None, EVE))
    assert game.events == [PlayerBanned(EVE), WaiterLeft(EVE, "banned")]
    with refused(game, "banned_from_table"):
        joins(game, EVE)


def test_what_is_refused() -> None:
    game = full()
    with refused(game, "already_seated"):
        joins(game, PlayerId("alice"))
    with refused(game, "not_waiting"):
        game.play(LeaveWaitingList(EVE))
    with refused(game, "table_full"):
        game.play(ReserveSeat(EVE, "eve"))
    joins(game, EVE)
    with refused(game, "already_waiting"):
        joins(game, EVE)
    joins(game, FRED)
    with refused(game, "waiting_list_full"):
        joins(game, PlayerId("gina"))
    none = full(places=0)
    with refused(none, "no_waiting_list"):
        joins(none, EVE)
    Player(game, "alice").stands()
    with refused(game, "seat_free"):
        joins(game, PlayerId("gina"))
    game.play(Close("operator"))
    assert game.table.waiting == []
    with refused(game, "table_closed"):
        joins(game, EVE)


def test_a_reserved_seat_is_for_its_player_alone() -> None:
    game = full()
    joins(game, EVE)
    Player(game, "alice").stands()
    game.play(ReserveSeat(EVE, "eve"))
    assert game.events == [SeatReserved(0, EVE, game.now_ms + RESERVE_MS)]
    for seat, code in ((0, "seat_reserved"), (None, "table_full"), (1, "seat_taken")):
        with refused(game, code):
            game.play(Sit(FRED, "fred", seat, 1_000))
    with refused(game, "already_so"):
        game.play(ReserveSeat(EVE, "eve"))
    # Who cannot sit down may wait.
    joins(game, FRED)
    game.play(Sit(EVE, "eve", None, 1_000))
    assert isinstance(game.events[0], PlayerSat)
    assert game.table.waiting == [Waiter(FRED, "fred")]
    with refused(game, "already_seated"):
        game.play(ReserveSeat(EVE, "eve"))


def test_who_is_late_loses_the_seat_and_the_place() -> None:
    game = full()
    joins(game, EVE, FRED)
    Player(game, "alice").stands()
    game.play(ReserveSeat(EVE, "eve"))
    game.now_ms += RESERVE_MS - 1
    with refused(game, "already_so"):
        game.play(DropWaiters())
    game.now_ms += 1
    game.play(DropWaiters())
    assert game.events == [WaiterLeft(EVE, "expired")]
    game.play(DropWaiters((FRED,)))
    assert game.events == [WaiterLeft(FRED, "absent")]
    assert game.table.waiting == []


def test_a_seat_can_be_reserved_for_who_does_not_wait() -> None:
    game = Game(seats=2, seating=Seating(waiting_list=0))
    game.seat(1_000)
    game.play(ReserveSeat(EVE, "eve"))
    assert [type(event) for event in game.events] == [WaiterJoined, SeatReserved]


@pytest.mark.parametrize("cancel_hand", [False, True])
def test_a_reservation_keeps_its_time_while_the_table_is_away(*, cancel_hand: bool) -> None:
    game = Game(seats=3, seating=Seating(reserve_ms=RESERVE_MS))
    game.seat(1_000, 1_000)
    game.deal()
    game.play(ReserveSeat(EVE, "eve"))
    saved_ms = game.now_ms + 10_000
    game.now_ms += 3_600_000
    game.play(Resume(saved_ms, 5_000, cancel_hand=cancel_hand))
    assert game.of(SeatReserved) == [SeatReserved(2, EVE, game.now_ms + 20_000 + 5_000)]


def test_who_takes_another_seat_gives_up_the_reserved_one() -> None:
    game = Game(seats=4)
    game.seat(1_000)
    game.play(ReserveSeat(EVE, "eve"))
    game.play(Sit(EVE, "eve", 3, 1_000))
    assert game.table.waiting == []
    game.play(Sit(FRED, "fred", 1, 1_000))
