"""Nobody goes south: how long the chips of before must be brought back is an option."""

from pokerws.game.commands import Sit
from pokerws.game.config.seating import Seating
from tests.game.script import Game, a_hand, refused


def after_a_win(stay_ms: int) -> tuple[Game, int]:
    """Alice has won something, and left."""
    game = Game(seating=Seating(stay_ms=stay_ms))
    alice, bob, _ = game.seat(1_000, 1_000, 1_000)
    game.deal()
    alice.raises_to(300)
    game.folds_around()
    stack = alice.stack
    alice.stands()
    assert bob.stack < 1_000
    return game, stack


def test_for_the_time_of_the_table_the_chips_must_be_brought_back() -> None:
    game, stack = after_a_win(60_000)
    game.now_ms += 59_999
    with refused(game, "must_bring_back"):
        game.play(Sit(game.table.departed[0].player, "alice", None, stack - 1))
    game.now_ms += 1
    game.play(Sit(game.table.departed[0].player, "alice", None, 100))


def test_without_such_a_time_only_the_blinds_are_owed() -> None:
    game, _ = after_a_win(0)
    player = game.table.departed[0].player
    game.play(Sit(player, "alice", None, 100))
    a_hand(game)
    number = game.table.seat_of(player)
    assert number is not None
    seat = game.table.seats[number]
    assert seat is not None
    assert seat.owes_small or not seat.owes_blind
