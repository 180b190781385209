"""Sitting out and leaving later: at the next big blind, or after the hand."""

import pytest

from pokerws.game.commands import SitIn, SitOut, Stand, Stay, TimeUp
from pokerws.game.events import HandStarted, NextHandCancelled, PlanMade, PlayerSatOut, PlayerStood
from tests.game.script import Game, Player, a_hand, refused


def three() -> tuple[Game, Player, Player, Player]:
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    return game, alice, bob, carol


def blind_of(game: Game) -> str:
    assert game.table.big_blind is not None
    return game.name_of(game.table.big_blind)


def test_who_leaves_after_the_hand_plays_it() -> None:
    game, alice, _, _ = three()
    game.deal()
    game.play(Stand(alice.id, "hand"))
    assert game.events == [PlanMade(0, "leave_after_hand")]
    alice.raises_to(300)
    game.folds_around()
    assert game.table.seat_of(alice.id) is None
    assert [event.stack for event in game.of(PlayerStood)] == [1_150]


@pytest.mark.parametrize("when", ["hand", "next_big_blind"])
def test_who_has_nothing_to_wait_for_leaves_at_once(when: str) -> None:
    game, alice, _, _ = three()
    alice.sits_out()
    game.play(Stand(alice.id, when))  # type: ignore[arg-type]
    assert isinstance(game.events[0], PlayerStood)


def test_who_leaves_at_the_next_big_blind_plays_until_then_and_does_not_post_it() -> None:
    game, alice, bob, carol = three()
    game.play(Stand(alice.id, "next_big_blind"))
    a_hand(game)
    assert game.table.seat_of(alice.id) == 0
    assert game.table.next_hand_at_ms is not None
    stack, at_ms = alice.stack, game.table.next_hand_at_ms
    game.now_ms = at_ms
    game.play(TimeUp())
    assert [(e.player, e.stack) for e in game.of(PlayerStood)] == [(alice.id, stack)]
    assert not game.of(HandStarted)
    # The hand is due all the same, without the player.
    assert game.table.next_hand_at_ms == at_ms
    game.deal()
    assert sorted(game.order) == ["bob", "carol"]
    assert bob.seat.sitting_out is carol.seat.sitting_out is False


def test_who_sits_out_at_the_next_big_blind_does_not_post_it() -> None:
    game, alice, _, _ = three()
    game.play(SitOut(alice.id, "next_big_blind"))
    a_hand(game)
    assert not alice.seat.sitting_out
    assert game.table.next_hand_at_ms is not None
    game.now_ms = game.table.next_hand_at_ms
    game.play(TimeUp())
    assert game.events == [PlayerSatOut(0, "asked")]
    assert alice.seat.plan == ""
    game.deal()
    assert blind_of(game) == "bob"
    assert alice.seat.owes_blind


def test_the_last_hand_is_cancelled_if_too_few_are_left_by_a_plan() -> None:
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    a_hand(game)
    for player in (alice, bob):
        game.play(SitOut(player.id, "next_big_blind"))
    assert game.table.next_hand_at_ms is not None
    game.now_ms = game.table.next_hand_at_ms
    game.play(TimeUp())
    assert isinstance(game.events[-1], NextHandCancelled)
    assert game.table.next_hand_at_ms is None


def test_a_plan_can_be_dropped_and_replaced() -> None:
    game, alice, _, _ = three()
    game.deal()
    game.play(SitOut(alice.id, "next_big_blind"))
    game.play(Stand(alice.id, "next_big_blind"))
    game.play(Stand(alice.id, "hand"))
    with refused(game, "already_so"):
        game.play(Stand(alice.id, "hand"))
    game.play(Stay(alice.id))
    assert alice.seat.plan == ""
    with refused(game, "no_plan"):
        game.play(Stay(alice.id))
    game.play(SitOut(alice.id, "next_big_blind"))
    game.play(SitIn(alice.id))
    assert alice.seat.plan == ""
    with refused(game, "not_sitting_out"):
        game.play(SitIn(alice.id))
    game.folds_around()
    assert game.table.seat_of(alice.id) == 0


def test_who_was_to_leave_at_the_big_blind_and_times_out_leaves_when_the_hand_is_over() -> None:
    game = Game()
    alice, *_ = game.seat(*[1_000] * 5)
    game.play(Stand(alice.id, "next_big_blind"))
    for _ in range(2):
        game.deal()
        while game.to_act is not None:
            player = Player(game, game.to_act)
            player.times_out() if player.name == "alice" else player.folds()
    assert game.table.seat_of(alice.id) is None


def test_no_big_blind_comes_at_a_table_of_stud() -> None:
    game = Game(variant="F7S")
    (alice,) = game.seat(1_000)
    with refused(game, "no_blinds"):
        game.play(Stand(alice.id, "next_big_blind"))
    with refused(game, "no_blinds"):
        game.play(SitOut(alice.id, "next_big_blind"))
    alice.sits_out()
    with refused(game, "already_sitting_out"):
        game.play(SitOut(alice.id, "next_big_blind"))


def test_who_leaves_during_the_hand_cannot_plan_any_more() -> None:
    game, _, bob, _ = three()
    game.deal()
    bob.stands()
    with refused(game, "already_leaving"):
        game.play(Stand(bob.id, "hand"))
