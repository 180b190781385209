"""Fixed limit: how large a bet is, how many there may be, and what a short all-in does.

TDA: the rules of the Poker Tournament Directors Association, 2024.  RRoP: Robert's Rules of Poker,
whose section 3 is on betting and raising.  Bets are 20, and 40 from the turn on; blinds 10 and 20.
PokerKit 0.7.7 knows neither the half-bet rule nor the blind as a bet; there the books decide.
"""

import pytest

from pokerws.game.config.table_config import HouseRules, LimitStakes
from pokerws.game.events import BetsCollected
from tests.game.script import Game, Player, refused


def limit_holdem(*stacks: int, max_bets: int = 0) -> tuple[Game, list[Player]]:
    game = Game(variant="FT", small_blind=10, big_blind=20, house=HouseRules(max_bets=max_bets))
    players = game.seat(*stacks)
    game.deal()
    return game, players


def to_the_flop(*stacks: int) -> tuple[Game, list[Player]]:
    """Three or more players who have just called; bob acts first."""
    game, players = limit_holdem(*stacks)
    while game.hand.street == 0:
        player = Player(game, game.to_act or "")
        player.calls() if game.turn.call else player.checks()
    return game, players


def only_size(game: Game) -> int:
    """The one legal total of a bet or raise."""
    assert game.turn.min_to == game.turn.max_to
    assert not game.turn.sizes
    return game.turn.max_to


def test_a_bet_and_a_raise_have_one_size_and_it_doubles_on_the_turn() -> None:
    """RRoP section 3: bets of a limit game are of a fixed size, twice as much on later streets."""
    game, (alice, bob, carol) = limit_holdem(1_000, 1_000, 1_000)
    with refused(game, "amount_too_small"):
        alice.raises_to(39)
    with refused(game, "amount_too_large"):
        alice.raises_to(41)
    alice.raises_to(40)
    bob.folds()
    carol.calls()
    sizes = []
    while game.table.hand is not None:
        sizes.append(only_size(game))
        carol.checks()
        alice.checks()
    assert sizes == [20, 40, 40]


def test_the_bets_of_a_table_may_be_others_than_its_blinds() -> None:
    """The blinds keep the table's proportion: half a bet and a bet."""
    game = Game(
        variant="FT", small_blind=10, big_blind=20, limit=LimitStakes(small_bet=30, big_bet=50)
    )
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    assert (bob.in_hand.bet, carol.in_hand.bet) == (15, 30)
    assert only_size(game) == 60
    alice.calls()
    bob.folds()
    carol.checks()
    assert only_size(game) == 30
    carol.checks()
    alice.checks()
    assert only_size(game) == 50


def test_the_big_blind_is_the_first_of_four_bets() -> None:
    """RRoP section 3: a bet and three raises.  PokerKit leaves the blind out and has a fourth."""
    game, (alice, bob, carol) = limit_holdem(1_000, 1_000, 1_000)
    alice.raises_to(40)
    bob.raises_to(60)
    carol.raises_to(80)
    assert alice.options == ["fold", "call"]
    with refused(game, "illegal_action"):
        alice.raises_to(100)
    alice.calls()
    assert bob.options == ["fold", "call"]


def test_a_later_street_has_a_bet_and_three_raises_and_each_street_counts_anew() -> None:
    """RRoP section 3."""
    game, (alice, bob, carol) = to_the_flop(1_000, 1_000, 1_000)
    bob.bets(20)
    carol.raises_to(40)
    alice.raises_to(60)
    bob.raises_to(80)
    assert carol.options == ["fold", "call"]
    carol.calls()
    alice.calls()
    bob.bets(40)
    assert only_size(game) == 80


def test_heads_up_there_is_no_cap() -> None:
    """RRoP section 3: there is no limit to the raises of two players.

    TDA rule 48 keeps a cap for tournaments until two are left; at a table for money two are two.
    """
    game, players = limit_holdem(1_000, 1_000)
    for count, to in enumerate(range(40, 280, 20)):
        players[count % 2].raises_to(to)
    assert game.hand.bet == 260


def test_two_who_are_left_before_the_cap_have_none() -> None:
    """RRoP section 3: the players left when the cap would be reached count."""
    game, (alice, bob, carol) = limit_holdem(1_000, 1_000, 1_000)
    alice.raises_to(40)
    bob.raises_to(60)
    carol.folds()
    alice.raises_to(80)
    bob.raises_to(100)
    assert only_size(game) == 120


def test_players_who_are_all_in_do_not_count_for_the_cap() -> None:
    """RRoP section 3: three or more players who are not all-in."""
    game, (alice, bob, carol) = limit_holdem(1_000, 40, 1_000)
    alice.raises_to(40)
    bob.calls()
    carol.raises_to(60)
    alice.raises_to(80)
    carol.raises_to(100)
    assert only_size(game) == 120


def test_a_cap_stays_when_a_fold_leaves_two() -> None:
    """RRoP section 3: the cap does not go once it was reached."""
    _, (alice, bob, carol) = limit_holdem(1_000, 1_000, 1_000)
    alice.raises_to(40)
    bob.raises_to(60)
    carol.raises_to(80)
    alice.folds()
    assert bob.options == ["fold", "call"]


def test_a_house_may_have_more_or_fewer_bets() -> None:
    """RRoP section 3 gives games of two rounds a bet and four raises."""
    _, (alice, bob, carol) = limit_holdem(1_000, 1_000, 1_000, max_bets=5)
    alice.raises_to(40)
    bob.raises_to(60)
    carol.raises_to(80)
    alice.raises_to(100)
    assert bob.options == ["fold", "call"]
    _, (alice, bob, carol) = limit_holdem(1_000, 1_000, 1_000, max_bets=2)
    alice.raises_to(40)
    assert bob.options == ["fold", "call"]


@pytest.mark.parametrize(("stack", "next_to"), [(9, 20), (10, 30), (15, 35), (20, 40)])
def test_an_all_in_of_half_a_bet_is_a_bet_and_one_of_less_is_completed(
    stack: int, next_to: int
) -> None:
    """RRoP section 3 and its example: after 15 of 20, a raise is to 35."""
    game, (_, bob, _) = to_the_flop(1_000, 20 + stack, 1_000)
    bob.goes_all_in()
    assert only_size(game) == next_to


@pytest.mark.parametrize(("stack", "next_to"), [(29, 40), (30, 50), (35, 55)])
def test_an_all_in_of_half_a_raise_is_a_raise_and_one_of_less_is_completed(
    stack: int, next_to: int
) -> None:
    """RRoP section 3: after 25 over a bet of 20, the next player may complete to 40."""
    game, (_, bob, carol) = to_the_flop(1_000, 1_000, 20 + stack)
    bob.bets(20)
    carol.goes_all_in()
    assert only_size(game) == next_to


def test_less_than_half_a_raise_does_not_reopen_the_betting() -> None:
    """TDA rule 47-B."""
    _, (alice, bob, carol) = to_the_flop(1_000, 1_000, 49)
    bob.bets(20)
    carol.goes_all_in()
    alice.calls()
    assert bob.options == ["fold", "call"]


def test_half_a_raise_reopens_the_betting() -> None:
    """TDA rule 47-B.  In PokerKit players who have acted cannot raise a short all-in."""
    game, (alice, bob, carol) = to_the_flop(1_000, 1_000, 50)
    bob.bets(20)
    carol.goes_all_in()
    alice.calls()
    assert bob.options == ["fold", "call", "raise"]
    assert only_size(game) == 50


def test_a_completion_reopens_the_betting_to_those_who_called_less() -> None:
    """RRoP section 3: who completes makes the whole raise."""
    game, (alice, bob, carol) = to_the_flop(1_000, 1_000, 45)
    bob.bets(20)
    carol.goes_all_in()
    alice.raises_to(40)
    assert bob.options == ["fold", "call", "raise"]
    assert only_size(game) == 60


def test_two_short_all_ins_that_make_half_a_bet_together_reopen_the_betting() -> None:
    """RRoP section 3: all-ins that are each too small count together."""
    game, (alice, bob, carol, dave) = to_the_flop(1_000, 1_000, 45, 52)
    bob.bets(20)
    carol.goes_all_in()
    dave.goes_all_in()
    alice.calls()
    assert bob.options == ["fold", "call", "raise"]
    assert only_size(game) == 52


def test_a_short_all_in_and_its_completion_are_one_bet_of_the_cap() -> None:
    """RRoP section 3: the completion takes the place of what it completes."""
    game, (alice, bob, carol, dave) = to_the_flop(1_000, 1_000, 25, 1_000)
    bob.checks()
    carol.goes_all_in()
    dave.bets(20)
    alice.raises_to(40)
    bob.raises_to(60)
    dave.raises_to(80)
    assert game.hand.limit is not None
    assert (game.hand.limit.bets, game.hand.limit.size) == (4, 0)


def test_an_all_in_of_half_a_bet_is_one_bet_of_the_cap() -> None:
    """RRoP section 3: it counts as a whole one."""
    game, (alice, bob, carol, dave) = to_the_flop(1_000, 1_000, 35, 1_000)
    bob.checks()
    carol.goes_all_in()
    dave.raises_to(35)
    alice.raises_to(55)
    bob.raises_to(75)
    assert dave.options == ["fold", "call"]
    dave.calls()
    alice.calls()
    assert game.of(BetsCollected)


def test_a_check_is_followed_by_a_raise_only_when_half_a_bet_came() -> None:
    """TDA rule 47-B: after a check, less than half a bet can only be called or folded to."""
    _, (alice, bob, carol) = to_the_flop(1_000, 1_000, 29)
    bob.checks()
    carol.goes_all_in()
    assert alice.options == ["fold", "call", "bet"], "a bet completes it"
    alice.calls()
    assert bob.options == ["fold", "call"]
    _, (alice, bob, carol) = to_the_flop(1_000, 1_000, 30)
    bob.checks()
    carol.goes_all_in()
    alice.calls()
    assert bob.options == ["fold", "call", "raise"]


def test_a_short_big_blind_leaves_the_bets_as_they_are() -> None:
    """RRoP section 4: the bets stay the same when a blind is short.  PokerKit raises to 30 here."""
    game, _ = limit_holdem(1_000, 1_000, 6)
    assert game.turn.call == 20
    assert only_size(game) == 40


def test_a_stack_below_the_size_goes_in_whole() -> None:
    game, (alice, _, _) = limit_holdem(33, 1_000, 1_000)
    assert only_size(game) == 33
    with refused(game, "amount_too_small"):
        alice.raises_to(30)
    alice.raises_to(33)
    assert alice.stack == 0
    assert only_size(game) == 53, "13 of 20 are a raise"


def test_an_action_takes_no_cards() -> None:
    game, (alice, _, _) = limit_holdem(1_000, 1_000, 1_000)
    cards = list(alice.in_hand.cards)
    with refused(game, "cards_not_allowed"):
        alice.acts("raise", 40, cards)
    with refused(game, "cards_not_allowed"):
        alice.acts("fold", cards=[])
    with refused(game, "illegal_action"):
        alice.acts("discard", cards=cards)
    with refused(game, "illegal_action"):
        alice.stands_pat()
    with refused(game, "illegal_action"):
        alice.brings_in()


def test_a_house_of_one_bet_has_no_raise_over_the_blind() -> None:
    """RRoP section 3 leaves the number to the house, and the blind is the first bet."""
    game, _ = limit_holdem(1_000, 1_000, 1_000, max_bets=1)
    assert game.turn.actions == ["fold", "call"]


def test_a_straddle_may_be_the_last_bet() -> None:
    house = HouseRules(max_bets=2, straddle="under_the_gun")
    game = Game(variant="FT", small_blind=10, big_blind=20, house=house)
    players = game.seat(1_000, 1_000, 1_000, 1_000)
    for player in players:
        player.straddles()
    game.deal()
    assert (game.turn.actions, game.turn.call) == (["fold", "call"], 40)


def test_between_two_a_house_of_one_bet_has_raises() -> None:
    game, _ = limit_holdem(1_000, 1_000, max_bets=1)
    assert game.turn.actions == ["fold", "call", "raise"]
