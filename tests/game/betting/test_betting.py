"""Betting, rule by rule.

TDA: the rules of the Poker Tournament Directors Association, 2024.
RRoP: Robert's Rules of Poker, version 11; its section 14 is on no-limit.
In the first hand alice has the button, bob the small blind (50), carol the big blind (100).
"""

from pokerws.game.events import BetPlaced, UncalledBetReturned
from tests.game.script import Game, refused


def test_the_first_to_act_sits_left_of_the_big_blind_and_later_left_of_the_button() -> None:
    game = Game()
    alice, bob, carol, dave = game.seat(1_000, 1_000, 1_000, 1_000)
    game.deal()
    for player in (dave, alice, bob):
        assert game.to_act == player.name
        player.calls()
    carol.checks()
    assert game.hand.street == 1
    for player in (bob, carol, dave, alice):
        assert game.to_act == player.name
        player.checks()
    assert game.hand.street == 2


def test_heads_up_the_button_posts_the_small_blind_and_acts_first_before_the_flop_only() -> None:
    """TDA rule 34-B."""
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    assert game.positions() == (alice.number, alice.number, bob.number)
    assert game.order == ["bob", "alice"], "the button is dealt last"
    alice.calls()
    bob.checks()
    bob.checks()
    alice.checks()
    assert game.to_act == "bob"


def test_the_big_blind_may_raise_when_all_just_call() -> None:
    """RRoP section 4, rule 3: who posts a blind has the option to raise."""
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    alice.calls()
    bob.calls()
    assert carol.options == ["fold", "check", "raise"]
    carol.raises_to(300)
    assert alice.options == ["fold", "call", "raise"]


def test_the_betting_is_over_when_the_big_blind_checks() -> None:
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    alice.calls()
    bob.calls()
    carol.checks()
    assert game.hand.street == 1
    assert game.pots == [(300, ["bob", "carol", "alice"])]


def test_a_bet_is_at_least_the_big_blind_on_all_streets() -> None:
    """RRoP section 14."""
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    alice.calls()
    bob.checks()
    with refused(game, "amount_too_small"):
        bob.bets(99)
    bob.bets(100)


def test_a_raise_is_at_least_the_largest_bet_or_raise_before_it() -> None:
    """TDA rule 43-A."""
    game = Game()
    alice, bob, carol = game.seat(5_000, 5_000, 5_000)
    game.deal()
    assert game.turn.min_to == 200
    alice.raises_to(350)
    assert game.turn.min_to == 600
    bob.raises_to(700)
    assert game.turn.min_to == 1_050
    with refused(game, "amount_too_small"):
        carol.raises_to(1_049)
    carol.raises_to(1_050)
    assert game.turn.min_to == 1_400


def test_the_minimum_raise_starts_again_on_the_next_street() -> None:
    game = Game()
    alice, bob = game.seat(5_000, 5_000)
    game.deal()
    alice.raises_to(1_000)
    bob.calls()
    assert (game.turn.min_to, game.turn.max_to) == (100, 4_000)


def test_nobody_can_bet_more_than_the_own_stack() -> None:
    """Table stakes."""
    game = Game()
    alice, _, _ = game.seat(700, 5_000, 5_000)
    game.deal()
    with refused(game, "amount_too_large"):
        alice.raises_to(701)
    alice.raises_to(700)
    assert alice.stack == 0


def test_an_all_in_raise_may_be_less_than_the_minimum() -> None:
    """RRoP section 14."""
    game = Game()
    alice, _, _ = game.seat(150, 5_000, 5_000)
    game.deal()
    assert (game.turn.min_to, game.turn.max_to) == (150, 150)
    alice.raises_to(150)


def test_a_short_all_in_does_not_reopen_the_betting() -> None:
    """TDA rule 47-A."""
    game = Game()
    alice, bob, carol, dave = game.seat(5_000, 5_000, 450, 5_000)
    game.deal()
    dave.raises_to(300)
    alice.calls()
    bob.folds()
    carol.goes_all_in()
    assert dave.options == ["fold", "call"]
    with refused(game, "illegal_action"):
        dave.raises_to(1_000)
    dave.calls()
    assert alice.options == ["fold", "call"]


def test_who_has_not_acted_may_raise_a_short_all_in() -> None:
    """TDA rule 47-A speaks of those who have."""
    game = Game()
    alice, bob, carol, dave = game.seat(450, 5_000, 5_000, 5_000)
    game.deal()
    dave.raises_to(300)
    alice.goes_all_in()
    assert bob.options == ["fold", "call", "raise"]
    bob.calls()
    carol.raises_to(1_000)
    assert dave.options == ["fold", "call", "raise"], "carol's raise is a full one"


def test_a_raise_over_a_short_all_in_is_a_full_raise_on_top_of_it() -> None:
    """RRoP section 14: after 100 and an all-in of 140 it is to 240 at least."""
    game = Game()
    alice, bob, carol, dave = game.seat(5_000, 5_000, 5_000, 240)
    game.deal()
    for player in (dave, alice, bob):
        player.calls()
    carol.checks()
    bob.bets(100)
    carol.calls()
    dave.goes_all_in()
    assert game.hand.bet == 140
    assert alice.options == ["fold", "call", "raise"]
    assert game.turn.min_to == 240


def test_the_example_of_roberts_rules_for_a_short_all_in() -> None:
    """RRoP section 14: A bets 100, B raises 100, C is all-in for less than 300.

    If A calls, B may not raise; A may, because B raised.
    """
    game = Game()
    dealer, a, b, c = game.seat(5_000, 5_000, 5_000, 380)
    game.deal()
    c.calls()
    dealer.folds()
    a.calls()
    b.checks()
    a.bets(100)
    b.raises_to(200)
    c.goes_all_in()
    assert game.hand.bet == 280
    assert a.options == ["fold", "call", "raise"]
    a.calls()
    assert b.options == ["fold", "call"]


def test_several_short_all_ins_that_add_up_to_a_raise_reopen_the_betting() -> None:
    """TDA rule 47-A, and its example: a bet of 100, all-ins of 125, then of 200."""
    game = Game()
    alice, bob, carol, dave, erin = game.seat(5_000, 5_000, 225, 300, 5_000)
    game.deal()
    for player in (dave, erin, alice, bob):
        player.calls()
    carol.checks()
    bob.bets(100)
    carol.goes_all_in()
    assert game.hand.bet == 125
    dave.goes_all_in()
    assert game.hand.bet == 200
    erin.calls()
    alice.calls()
    assert bob.options == ["fold", "call", "raise"], "bob faces 100 more, a full raise"
    assert game.turn.min_to == 300, "the last full bet or raise was one of 100"
    bob.calls()
    assert game.hand.street == 2


def test_short_all_ins_reopen_the_betting_just_for_those_who_face_a_full_raise() -> None:
    """TDA rule 47-A: what counts is what each player faces."""
    game = Game()
    alice, bob, carol, dave, erin = game.seat(300, 5_000, 225, 5_000, 5_000)
    game.deal()
    for player in (dave, erin, alice, bob):
        player.calls()
    carol.checks()
    bob.bets(100)
    carol.goes_all_in()
    dave.calls()
    erin.calls()
    alice.goes_all_in()
    assert "raise" in bob.options
    bob.calls()
    assert dave.options == ["fold", "call"], "dave called 125 and faces 75 more"
    dave.calls()
    assert erin.options == ["fold", "call"]


def test_short_all_ins_still_add_up_when_another_follows() -> None:
    """TDA rule 47-A.  PokerKit forgets the first two here, and dave could just call."""
    game = Game()
    alice, bob, carol, dave, erin = game.seat(280, 390, 500, 5_000, 5_000)
    game.deal()
    dave.raises_to(220)
    erin.calls()
    alice.goes_all_in()
    bob.goes_all_in()
    carol.goes_all_in()
    assert game.hand.bet == 500
    assert "raise" in dave.options


def test_a_short_opening_all_in_is_no_full_bet() -> None:
    """RRoP section 14, and TDA rule 47-A; PokerKit takes it for a full bet.

    After an all-in of 20 on the flop a raise is to 120 at least, and who had checked may not.
    """
    game = Game()
    alice, bob, carol, dave = game.seat(5_000, 5_000, 120, 5_000)
    game.deal()
    for player in (dave, alice, bob):
        player.calls()
    carol.checks()
    bob.checks()
    assert carol.options == ["fold", "check", "bet"]
    carol.goes_all_in()
    assert game.of(BetPlaced) == [BetPlaced(carol.number, 20)]
    assert dave.options == ["fold", "call", "raise"]
    assert game.turn.min_to == 120
    dave.calls()
    alice.calls()
    assert bob.options == ["fold", "call"]


def test_a_short_all_in_over_the_blind_does_not_reopen_the_betting() -> None:
    """TDA rule 47-A; PokerKit takes it for a full raise."""
    game = Game()
    alice, bob, carol, dave = game.seat(150, 5_000, 5_000, 5_000)
    game.deal()
    dave.calls()
    alice.goes_all_in()
    bob.calls()
    assert carol.options == ["fold", "call", "raise"], "the big blind has not acted"
    assert game.turn.min_to == 250
    carol.calls()
    assert dave.options == ["fold", "call"]


def test_an_all_in_call_may_be_for_less() -> None:
    game = Game()
    alice, bob, carol = game.seat(5_000, 400, 5_000)
    game.deal()
    alice.raises_to(1_000)
    assert bob.options == ["fold", "call"]
    assert game.turn.call == 350
    bob.calls()
    assert bob.stack == 0
    assert carol.options == ["fold", "call", "raise"]
    assert game.turn.call == 900


def test_a_bet_that_nobody_calls_is_returned() -> None:
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    alice.raises_to(700)
    bob.folds()
    carol.folds()
    assert UncalledBetReturned(alice.number, 600) in game.events
    assert (alice.stack, bob.stack, carol.stack) == (1_150, 950, 900)


def test_what_a_short_stack_cannot_call_is_returned() -> None:
    game = Game()
    alice, bob = game.seat(1_000, 300)
    game.deal("2c3d4h8sTs", alice="KsKh", bob="AsAh")
    alice.goes_all_in()
    bob.calls()
    assert UncalledBetReturned(alice.number, 700) in game.events
    assert (alice.stack, bob.stack) == (700, 600)


def test_when_all_fold_the_big_blind_takes_the_blinds() -> None:
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    alice.folds()
    bob.folds()
    assert game.to_act is None
    assert (alice.stack, bob.stack, carol.stack) == (1_000, 950, 1_050)


def test_a_fold_is_legal_where_checking_is_free() -> None:
    """TDA rule 58: it is binding."""
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    alice.calls()
    bob.calls()
    carol.folds()
    assert game.hand.street == 1
    assert game.pots == [(300, ["bob", "alice"])]


def test_nobody_can_raise_when_all_others_are_all_in() -> None:
    game = Game()
    alice, bob, carol = game.seat(300, 300, 5_000)
    game.deal()
    alice.goes_all_in()
    bob.calls()
    assert carol.options == ["fold", "call"]


def test_a_player_whom_nobody_could_answer_is_not_asked() -> None:
    """The big blind could only check here; PokerKit asks for it."""
    game = Game()
    alice, bob, _ = game.seat(1_000, 60, 1_000)
    game.deal("2c3d4h8sTs")
    alice.folds()
    bob.goes_all_in()
    assert game.to_act is None


def test_the_last_player_with_chips_still_owes_a_call() -> None:
    game = Game()
    alice, bob, carol = game.seat(5_000, 800, 900)
    game.deal()
    alice.raises_to(200)
    bob.goes_all_in()
    carol.goes_all_in()
    assert alice.options == ["fold", "call"]
    assert game.turn.call == 700
