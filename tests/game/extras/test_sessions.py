"""Sessions that end after a time or a number of hands: announced, one last hand, closed."""

from pokerws.game.commands import Close, Resume, TimeUp
from pokerws.game.config.table_config import HouseRules, SessionLimits
from pokerws.game.events import (
    NextHandScheduled,
    PlayerStood,
    SessionEnding,
    SessionStarted,
    TableClosed,
)
from tests.game.script import Game, refused

HOUR_MS = 3_600_000


def test_after_so_many_hands_the_table_closes_and_all_chips_go_back() -> None:
    game = Game(house=HouseRules(session=SessionLimits(hands=2)))
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    assert game.of(SessionEnding) == [SessionEnding(2)]
    assert game.of(NextHandScheduled)
    game.deal()
    game.folds_around()
    assert game.of(TableClosed) == [TableClosed("session_over")]
    assert sum(stood.stack for stood in game.of(PlayerStood)) == 3_000
    assert game.table.deadline_ms is None
    with refused(game, "table_closed"):
        game.play(Close("operator"))


def test_one_hand_is_announced_before_it_too() -> None:
    game = Game(house=HouseRules(session=SessionLimits(hands=1)))
    game.seat(1_000, 1_000)
    assert game.of(SessionEnding) == [SessionEnding(1)]


def test_when_the_time_is_over_one_more_hand_is_played() -> None:
    game = Game(house=HouseRules(session=SessionLimits(ends_after_ms=HOUR_MS)))
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    game.now_ms += HOUR_MS
    game.folds_around()
    assert game.of(SessionEnding) == [SessionEnding(2)]
    game.deal()
    game.folds_around()
    assert game.table.closed


def test_the_time_begins_with_the_first_hand() -> None:
    game = Game(house=HouseRules(session=SessionLimits(ends_after_ms=HOUR_MS)))
    game.sits("alice")
    assert game.table.extras is None
    game.now_ms += 5 * HOUR_MS
    game.sits("bob")
    assert game.of(SessionStarted) == [SessionStarted(game.now_ms + HOUR_MS)]


def test_a_table_that_waits_for_players_closes_when_its_time_is_over() -> None:
    game = Game(house=HouseRules(session=SessionLimits(ends_after_ms=HOUR_MS)))
    _, bob = game.seat(1_000, 1_000)
    bob.stands()
    assert game.table.deadline_ms == 1_000 + HOUR_MS
    with refused(game, "too_early"):
        game.play(TimeUp())
    game.now_ms += HOUR_MS
    game.play(TimeUp())
    assert game.of(TableClosed) == [TableClosed("session_over")]


def test_a_pause_does_not_move_the_end() -> None:
    game = Game(house=HouseRules(session=SessionLimits(ends_after_ms=HOUR_MS)))
    _, bob = game.seat(1_000, 1_000)
    bob.stands()
    game.now_ms += 10_000
    game.play(Resume(saved_ms=1_000, grace_ms=5_000))
    assert game.events == []
    assert game.table.deadline_ms == 1_000 + HOUR_MS
