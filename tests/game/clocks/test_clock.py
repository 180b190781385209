"""The clock of a table, and what loading it again does to it."""

import pytest

from pokerws.game.commands import Resume, Sit
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import (
    Checked,
    ClockResumed,
    Folded,
    LogRestarted,
    NextHandCancelled,
    NextHandScheduled,
    PlayerSatOut,
    TurnStarted,
    TurnTimedOut,
)
from pokerws.game.state import PlayerId, TableId
from pokerws.game.table import open_table, play, replay
from tests.game.script import Game, decode_event, encode


def test_who_faces_a_bet_when_the_time_is_up_folds() -> None:
    """TDA rule 29."""
    game = Game()
    alice, _, _ = game.seat(1_000, 1_000, 1_000)
    game.deal()
    number = game.turn.number
    alice.times_out()
    assert game.events[:2] == [TurnTimedOut(0, number), Folded(0, auto=True)]
    assert alice.seat.timeouts == 1
    assert not alice.seat.sitting_out


def test_who_faces_no_bet_when_the_time_is_up_checks() -> None:
    """TDA rule 29."""
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    alice.calls()
    bob.times_out()
    assert Checked(1, auto=True) in game.events


def test_who_times_out_twice_in_a_row_sits_out_and_is_played_for() -> None:
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    alice.calls()
    bob.times_out()
    bob.times_out()
    assert PlayerSatOut(1, "timed_out") in game.events
    alice.checks()
    assert Checked(1, auto=True) in game.events
    assert TurnStarted not in [type(e) for e in game.events if getattr(e, "seat", None) == 1]
    assert game.to_act == "alice"
    assert game.hand.street == 2


def test_acting_in_time_forgives_an_earlier_time_out() -> None:
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    alice.calls()
    bob.times_out()
    bob.checks()
    assert bob.seat.timeouts == 0
    alice.checks()
    bob.times_out()
    assert not bob.seat.sitting_out


def test_who_comes_back_after_timing_out_is_asked_again() -> None:
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    alice.calls()
    bob.times_out()
    bob.times_out()
    bob.sits_in()
    alice.checks()
    assert game.to_act == "bob"


def test_who_sits_out_already_is_not_sat_out_again_by_the_clock() -> None:
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    alice.calls()
    bob.sits_out()
    bob.times_out()
    bob.times_out()
    assert game.of(PlayerSatOut) == []
    alice.checks()
    assert Checked(1, auto=True) in game.events


def test_a_hand_ends_when_all_players_are_absent() -> None:
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    alice.calls()
    bob.times_out()
    bob.times_out()
    alice.times_out()
    alice.times_out()
    assert game.table.hand is None
    assert game.table.next_hand_at_ms is None


def test_each_turn_has_its_own_time() -> None:
    game = Game(turn_time_ms=7_000)
    alice, _ = game.seat(1_000, 1_000)
    game.deal()
    game.now_ms += 3_000
    alice.calls()
    assert game.turn.started_ms == game.now_ms
    assert game.turn.deadline_ms == game.table.deadline_ms == game.now_ms + 7_000


# ---- loading the table again


def test_a_clock_goes_on_with_the_time_that_was_left_and_a_grace() -> None:
    game = Game()
    game.seat(1_000, 1_000)
    game.deal()
    saved_ms = game.now_ms + 12_000
    game.now_ms += 3_600_000
    game.play(Resume(saved_ms, grace_ms=500))
    assert game.events == [ClockResumed(game.now_ms + 8_000 + 500)]
    assert game.turn.deadline_ms == game.now_ms + 8_500


def test_a_clock_that_had_run_out_gives_just_the_grace() -> None:
    game = Game()
    game.seat(1_000, 1_000)
    game.deal()
    saved_ms = game.now_ms + 60_000
    game.now_ms += 3_600_000
    game.play(Resume(saved_ms, grace_ms=500))
    assert game.turn.deadline_ms == game.now_ms + 500


def test_the_next_hand_needs_no_grace() -> None:
    game = Game()
    game.seat(1_000, 1_000)
    saved_ms = game.now_ms + 60_000
    game.now_ms += 3_600_000
    game.play(Resume(saved_ms, grace_ms=500))
    assert game.table.next_hand_at_ms == game.now_ms


def test_a_table_without_a_clock_resumes_without_an_event() -> None:
    game = Game()
    game.play(Resume(game.now_ms, grace_ms=500))
    assert game.events == []


def test_a_restarted_log_stands_for_all_that_went_before() -> None:
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    alice.calls()
    game.play(Resume(game.now_ms, grace_ms=0, restart_log=True))
    assert isinstance(game.events[0], LogRestarted)
    rest = game.log[-len(game.events) :]
    bob.checks()
    rest += game.log[-len(game.events) :]
    assert encode(replay(map(decode_event, rest))) == encode(game.table)


def test_a_restarted_log_is_not_changed_by_what_follows() -> None:
    game = Game()
    alice, _ = game.seat(1_000, 1_000)
    game.deal()
    game.play(Resume(game.now_ms, grace_ms=0, restart_log=True))
    restarted = game.events[0]
    before = encode(restarted)
    alice.calls()
    assert encode(restarted) == before


def test_a_log_starts_with_its_table() -> None:
    with pytest.raises(ValueError, match="no events"):
        replay([])
    with pytest.raises(ValueError, match="a log must start with its table"):
        replay([NextHandCancelled()])
    with pytest.raises(ValueError, match="a log must start with its table"):
        replay([LogRestarted(None)])


@pytest.mark.parametrize(("from_ms", "at_ms"), [(9_000, 9_000), (1_000, 3_000)])
def test_a_hand_is_not_scheduled_before_the_time_that_the_server_gives(
    from_ms: int, at_ms: int
) -> None:
    table, log = open_table(TableId("t1"), "One", TableConfig(next_hand_delay_ms=2_000))
    for player in map(PlayerId, ("ann", "ben")):
        log += play(table, Sit(player, "X", None, 10_000), 1_000, list, from_ms)

    assert log[-1] == NextHandScheduled(at_ms)
    assert replay(log) == table
