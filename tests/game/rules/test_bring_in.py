"""Third street of stud: who brings it in, for how much, and what a completion is.

TDA: the rules of the Poker Tournament Directors Association, 2024, with its recommended procedures
(RP).  RRoP: Robert's Rules of Poker, whose section 8 is on seven card stud.  Antes are 4, the
bring-in is 6, bets are 20 and 40.  bob sits left of the button, which is alice's.
"""

import pytest

from pokerws.game.commands import Act
from pokerws.game.config.table_config import LimitStakes
from pokerws.game.events import (
    BringInPosted,
    CardsShown,
    HandEnded,
    UncalledBetReturned,
)
from tests.game.script import Game, refused
from tests.game.stud_tables import only_size, stud


def test_there_are_antes_and_no_blinds_and_the_lowest_card_showing_brings_it_in() -> None:
    """RRoP section 8: a forced bet by the lowest card that shows."""
    game, (alice, bob, carol) = stud(
        1_000, 1_000, 1_000, alice="AsAdKh", bob="KsKdQc", carol="8s8d7h"
    )
    assert [player.in_hand.in_pots for player in (alice, bob, carol)] == [4, 4, 4]
    assert game.to_act == "carol"
    assert carol.options == ["bring_in", "bet"], "it can neither be folded nor checked"
    assert (game.turn.call, only_size(game)) == (6, 20)
    carol.brings_in()
    assert (carol.in_hand.bet, game.to_act) == (6, "alice")


def test_a_tie_of_ranks_is_broken_by_suit_and_clubs_are_lowest() -> None:
    """RRoP section 8: clubs, diamonds, hearts, spades."""
    game, _ = stud(1_000, 1_000, 1_000, alice="AsAd2h", bob="KsKd2d", carol="8s8d2s")
    assert game.to_act == "bob"


def test_an_ace_is_high_for_the_bring_in() -> None:
    """RRoP section 8: only razz counts it low."""
    game, _ = stud(1_000, 1_000, alice="3s4dKh", bob="KsKdAc")
    assert game.to_act == "alice"


def test_who_brings_it_in_may_bet_in_full_instead() -> None:
    """RRoP section 8: the low card may open for the whole bet."""
    game, (_, bob, _) = stud(1_000, 1_000, 1_000, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h")
    with refused(game, "amount_too_small"):
        bob.bets(6)
    with refused(game, "amount_not_allowed"):
        bob.acts("bring_in", 6)
    bob.bets(20)
    assert only_size(game) == 40


def test_completing_the_bring_in_is_the_first_bet_and_no_raise() -> None:
    """RRoP section 8: after the completion there may be three raises."""
    game, (alice, bob, carol) = stud(
        1_000, 1_000, 1_000, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h"
    )
    bob.brings_in()
    assert carol.options == ["fold", "call", "bet"]
    assert only_size(game) == 20
    carol.bets(20)
    alice.raises_to(40)
    bob.raises_to(60)
    carol.raises_to(80)
    assert alice.options == ["fold", "call"]


def test_a_completion_may_be_raised_by_who_called_and_who_brought_it_in() -> None:
    """RRoP section 8: they have matched less than a bet."""
    _, (alice, bob, carol) = stud(1_000, 1_000, 1_000, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h")
    bob.brings_in()
    carol.calls()
    alice.bets(20)
    assert bob.options == ["fold", "call", "raise"]
    bob.calls()
    assert carol.options == ["fold", "call", "raise"]


def test_the_bring_in_has_no_option_when_nobody_completes() -> None:
    """It is a bet and no blind: the street is over when the turn comes back to it."""
    game, (alice, bob, carol) = stud(
        1_000, 1_000, 1_000, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h"
    )
    bob.brings_in()
    carol.calls()
    alice.calls()
    assert game.hand.street == 1


def test_when_all_fold_to_the_bring_in_it_wins_the_antes() -> None:
    _, (alice, bob, carol) = stud(1_000, 1_000, 1_000, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h")
    bob.brings_in()
    carol.folds()
    alice.folds()
    assert bob.stack == 1_008


def test_a_short_bring_in_has_to_be_matched_in_full() -> None:
    """RRoP section 14 for blinds: a caller must match the whole bet.  PokerKit asks for 3."""
    game, (alice, bob, carol) = stud(1_000, 7, 1_000, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h")
    assert bob.options == ["bring_in"]
    bob.brings_in()
    assert (bob.stack, game.turn.call) == (0, 6)
    carol.calls()
    alice.calls()
    assert game.hand.street == 1
    assert game.pots == [(21, ["bob", "carol", "alice"]), (6, ["carol", "alice"])]


def test_against_a_short_bring_in_alone_nobody_adds_what_it_cannot_call() -> None:
    game, (alice, bob) = stud(1_000, 7, alice="AsAdKh", bob="KsKd2c")
    bob.brings_in()
    assert (game.turn.call, alice.options) == (3, ["fold", "call"])
    alice.calls()
    assert game.table.hand is None


def test_a_bring_in_that_only_a_shorter_stack_can_call_comes_back_in_part() -> None:
    game, (alice, bob) = stud(6, 1_000, alice="AsAdKh", bob="KsKd2c", board="2d3d4d5d6d7d8c9c")
    bob.brings_in()
    alice.calls()
    (returned,) = game.of(UncalledBetReturned)
    assert (returned.seat, returned.amount) == (bob.number, 4)


def test_an_all_in_between_bring_in_and_half_a_bet_is_completed_and_reopens_nothing() -> None:
    """RRoP section 3: it is no bet; what it adds to the bring-in must be called."""
    game, (alice, bob, carol) = stud(1_000, 1_000, 12, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h")
    bob.brings_in()
    carol.goes_all_in()
    assert carol.in_hand.bet == 8
    assert (game.turn.call, only_size(game)) == (8, 20)
    alice.calls()
    assert bob.options == ["fold", "call"]
    assert game.turn.call == 2


def test_who_must_bring_it_in_and_is_late_does_so_and_cannot_fold() -> None:
    """TDA rule 30: an absent player posts the bring-in."""
    game, (_, bob, carol) = stud(1_000, 1_000, 1_000, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h")
    with refused(game, "illegal_action"):
        bob.folds()
    with refused(game, "illegal_action"):
        bob.checks()
    with refused(game, "not_your_turn"):
        carol.brings_in()
    bob.times_out()
    (posted,) = game.of(BringInPosted)
    assert (posted.auto, posted.amount) == (True, 6)
    with refused(game, "not_your_turn"):
        bob.brings_in()


def test_who_leaves_brings_it_in_first_and_folds_to_a_bet() -> None:
    """TDA rule 30."""
    _, (alice, bob, carol) = stud(1_000, 1_000, 1_000, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h")
    bob.stands()
    assert bob.in_hand.bet == 6
    carol.bets(20)
    alice.calls()
    assert bob.in_hand.folded


def test_when_the_low_card_is_all_in_the_next_player_brings_it_in_or_folds() -> None:
    """TDA RP-10 and RRoP section 8.  PokerKit lets nobody fold here."""
    game, (alice, _, carol) = stud(1_000, 4, 1_000, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h")
    assert carol.options == ["fold", "bring_in", "bet"]
    carol.folds()
    assert game.table.hand is None, "the only opponent of alice is bob, who is all-in"
    assert game.of(HandEnded)
    game, (alice, _, carol, dave) = stud(
        1_000, 4, 1_000, 1_000, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h", dave="9s9d8h"
    )
    carol.folds()
    assert dave.options == ["fold", "bring_in", "bet"]
    dave.brings_in()
    alice.calls()
    assert game.pots == [(16, ["bob", "dave", "alice"]), (12, ["dave", "alice"])]


def test_a_player_who_is_away_folds_what_another_one_should_have_brought_in() -> None:
    """TDA RP-10: with the low card all-in, the others bring it in or fold."""
    _, (_, _, carol, dave) = stud(
        1_000, 4, 1_000, 1_000, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h", dave="9s9d8h"
    )
    carol.times_out()
    assert carol.in_hand.folded
    assert dave.options == ["fold", "bring_in", "bet"]


def test_a_short_low_card_next_to_an_all_in_one_brings_in_what_it_has() -> None:
    game, (_, _, carol) = stud(1_000, 4, 6, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h", board="")
    assert (carol.options, game.turn.call) == (["fold", "bring_in"], 2)
    carol.brings_in()
    assert game.turn.call == 2, "no more of it can be matched"


def test_when_all_are_all_in_from_the_ante_the_cards_decide() -> None:
    game, (alice, bob, carol) = stud(4, 4, 2, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h")
    assert game.table.hand is None
    assert not game.of(BringInPosted)
    assert len(game.of(CardsShown)) == 3
    assert alice.stack + bob.stack + carol.stack == 10


def test_the_only_one_with_chips_brings_nothing_in() -> None:
    """Nobody could answer it."""
    game, (_, bob, _) = stud(4, 1_000, 4, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h")
    assert game.table.hand is None
    assert not game.of(BringInPosted)
    assert bob.stack in (996, 1_008)


def test_a_stale_or_foreign_answer_changes_nothing() -> None:
    game, (_, bob, carol) = stud(1_000, 1_000, 1_000, alice="AsAdKh", bob="KsKd2c", carol="8s8d7h")
    old = game.turn.number
    bob.brings_in()
    with refused(game, "wrong_turn"):
        game.play(Act(carol.id, old, "call"))
    with refused(game, "not_your_turn"):
        game.play(Act(bob.id, old, "bring_in"))
    with refused(game, "cards_not_allowed"):
        carol.acts("call", cards=carol.in_hand.cards)
    carol.calls()
    with refused(game, "not_your_turn"):
        carol.calls()


@pytest.mark.parametrize(("ante", "bring_in"), [(1, 2), (4, 6), (10, 15)])
def test_antes_and_bring_in_are_those_of_the_table(ante: int, bring_in: int) -> None:
    limit = LimitStakes(stud_ante=ante, bring_in=bring_in)
    game = Game(variant="F7S", small_blind=10, big_blind=20, limit=limit)
    _, bob = game.seat(1_000, 1_000)
    game.deal(alice="AsAdKh", bob="KsKd2c")
    assert (bob.in_hand.in_pots, game.turn.call) == (ante, bring_in)
