"""Blinds that are short, or posted to enter, and the betting after them.

RRoP: Robert's Rules of Poker, version 11; its section 4 is on blinds, section 14 on no-limit.
In the first hand alice has the button, bob the small blind (50), carol the big blind (100).
"""

from pokerws.game.apply import apply
from pokerws.game.events import BlindPosted
from tests.game.script import Game


def test_a_short_big_blind_has_to_be_matched_in_full() -> None:
    """RRoP section 14; PokerKit asks for what was posted."""
    game = Game()
    alice, bob, _, dave = game.seat(5_000, 5_000, 30, 5_000)
    game.deal()
    assert BlindPosted(2, "big", 30, to_match=100) in game.events
    assert game.turn.call == 100
    assert game.turn.min_to == 200
    dave.calls()
    alice.folds()
    assert game.turn.call == 50
    bob.calls()
    assert game.pots == [(90, ["bob", "carol", "dave"]), (140, ["bob", "dave"])]


def test_callers_of_a_short_big_blind_call_the_whole_blind_after_antes_too() -> None:
    """RRoP section 14: where 360 of 600 are posted, who has 480 left calls with all of it."""
    game = Game(small_blind=300, big_blind=600, ante=120)
    alice, bob, carol, dave, erin = game.seat(13_575, 1_720, 480, 3_720, 600)
    game.deal("3c8h9s4dJc", bob="2c7d", carol="QsJh", erin="AsAh")
    dave.folds()
    assert game.turn.call == 480
    erin.calls()
    alice.folds()
    assert game.turn.call == 180
    bob.calls()
    stacks = [player.stack for player in (bob, carol, dave, erin, alice)]
    assert stacks == [1_120, 0, 3_600, 1_920, 13_455]


def test_against_a_short_big_blind_alone_nobody_adds_what_it_cannot_call() -> None:
    game = Game()
    alice, bob, carol = game.seat(5_000, 5_000, 70)
    game.deal("2c3d4h8sTs", bob="AsAh", carol="KsKh")
    alice.folds()
    assert game.turn.call == 20
    bob.calls()
    assert (bob.stack, carol.stack) == (5_070, 0)


def test_a_big_blind_with_nothing_left_after_the_ante_has_to_be_matched_too() -> None:
    game = Game(ante=100, ante_kind="big_blind")
    alice, _, carol = game.seat(5_000, 5_000, 80)
    game.deal()
    assert carol.stack == 0
    assert game.to_act == alice.name
    assert game.turn.call == 100


def test_nobody_has_to_match_more_of_a_blind_than_anybody_else_could() -> None:
    game = Game()
    alice, bob, carol = game.seat(5_000, 75, 60)
    game.deal("2c3d4h8sTs", alice="QsQh", bob="KsKh", carol="AsAh")
    assert game.turn.call == 75, "bob has no more"
    alice.calls()
    bob.calls()
    assert (alice.stack, bob.stack, carol.stack) == (4_925, 30, 180)


def test_an_entry_blind_counts_as_a_bet_and_keeps_the_option() -> None:
    """RRoP section 4: who posts to enter has the option to raise; the big blind acts last."""
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    dave = game.sits("dave")
    erin = game.sits("erin")
    game.folds_around()
    game.deal()
    assert game.order == ["carol", "dave", "erin", "alice", "bob"]
    assert BlindPosted(erin.number, "entry", 100, to_match=100) in game.events
    assert erin.options == ["fold", "check", "raise"]
    erin.checks()
    alice.calls()
    bob.calls()
    carol.calls()
    assert dave.options == ["fold", "check", "raise"], "dave has the big blind"
    dave.checks()
    assert game.hand.street == 1


def test_the_betting_starts_after_the_big_blind_wherever_entry_blinds_are_posted() -> None:
    game = Game()
    game.seat(1_000, 1_000, 1_000, 1_000)
    game.deal()
    before = game.hand.last_actor
    apply(game.table, BlindPosted(0, "entry", 100, to_match=100))
    assert game.hand.last_actor == before == 2


def test_an_entry_blind_that_nobody_could_raise_is_not_asked() -> None:
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    dave, erin = game.sits("dave"), game.sits("erin")
    alice.sits_out()
    game.folds_around()
    for player, stack in ((bob, 90), (carol, 70), (dave, 60)):
        player.now_has(stack)
    game.deal()
    assert game.order == ["carol", "dave", "erin", "bob"]
    assert (erin.in_hand.bet, erin.stack) == (100, 900)
    assert game.to_act == "bob", "erin could only check"
    bob.calls()
    carol.calls()
    assert game.to_act is None
