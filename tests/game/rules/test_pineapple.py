"""Pineapple: three cards, of which each player throws one away; in crazy pineapple after the flop.

Robert's Rules of Poker and the TDA say nothing of it; this is how it is played everywhere.
"""

from pokerws.game.cards import Card, parse_cards
from pokerws.game.config.table_config import HouseRules
from pokerws.game.events import CardsDrawn, CardsShown, DrawStarted, RunItAgreed
from tests.game.script import Game, Player, refused

_HANDS = {"alice": "AsAhKd", "bob": "QsQhJd", "carol": "9s9h8d"}
_BOARD = "2c3d4h6c7s"


def dealt(variant: str, *stacks: int, house: HouseRules | None = None) -> tuple[Game, list[Player]]:
    game = Game(variant=variant, house=house or HouseRules())
    players = game.seat(*stacks)
    names = [player.name for player in players]
    game.deal(_BOARD, **{name: hand for name, hand in _HANDS.items() if name in names})
    return game, players


def test_in_pineapple_a_card_goes_after_the_first_betting_and_before_the_flop() -> None:
    game, (alice, bob, carol) = dealt("NP", 1_000, 1_000, 1_000)
    alice.raises_to(300)
    bob.calls()
    carol.calls()
    assert (game.hand.street, game.hand.board) == (0, [])
    assert (game.to_act, bob.options) == ("bob", ["discard"])
    bob.discards("Jd")
    carol.discards("8d")
    assert not game.hand.board
    alice.discards("Kd")
    assert game.hand.board == parse_cards("2c3d4h")
    assert alice.in_hand.cards == ["As", "Ah"]


def test_the_betting_before_the_discard_is_over_and_nobody_pays_again() -> None:
    """What was bet is in the pot; the bet to match is none."""
    for variant in ("NP", "NCP"):
        game, (alice, bob, carol) = dealt(variant, 1_000, 1_000, 1_000)
        alice.calls()
        bob.calls()
        carol.checks()
        if variant == "NCP":
            bob.bets(200)
            carol.calls()
            alice.calls()
        pot, street = game.table.total_pot, game.hand.street
        bob.discards("Jd")
        carol.discards("8d")
        alice.discards("Kd")
        assert (game.hand.street, game.table.total_pot) == (street + 1, pot)
        assert bob.options == ["fold", "check", "bet"]


def test_in_crazy_pineapple_it_goes_after_the_betting_on_the_flop() -> None:
    game, (alice, bob, carol) = dealt("NCP", 1_000, 1_000, 1_000)
    alice.calls()
    bob.calls()
    carol.checks()
    assert len(game.hand.board) == 3
    assert len(bob.in_hand.cards) == 3
    for player in (bob, carol, alice):
        player.checks()
    assert (game.hand.street, bob.options) == (1, ["discard"])
    bob.discards("Jd")
    carol.discards("8d")
    alice.discards("Kd")
    assert (game.hand.street, game.to_act) == (2, "bob")


def test_just_one_card_goes_and_it_must_be_the_own() -> None:
    game, (alice, bob) = dealt("NP", 1_000, 1_000)
    alice.calls()
    bob.checks()
    with refused(game, "wrong_number_of_cards"):
        bob.discards("QsQh")
    with refused(game, "not_your_cards"):
        bob.discards("As")
    with refused(game, "not_your_cards"):
        bob.discards("QsQs")
    with refused(game, "cards_missing"):
        bob.acts("discard")
    with refused(game, "illegal_action"):
        bob.stands_pat()
    with refused(game, "illegal_action"):
        bob.folds()
    with refused(game, "not_your_turn"):
        alice.discards("Kd")
    bob.discards("Jd")
    with refused(game, "not_your_turn"):
        bob.discards("Qs")


def test_nothing_is_dealt_for_a_card_that_goes() -> None:
    game, (alice, bob) = dealt("NP", 1_000, 1_000)
    alice.calls()
    bob.checks()
    left = len(game.hand.deck)
    bob.discards("Jd")
    assert (len(game.hand.deck), len(bob.in_hand.cards)) == (left, 2)
    (drawn,) = game.of(CardsDrawn)
    assert drawn.drawn == []


def test_who_is_late_or_leaves_throws_the_lowest_card_away_and_stays_in() -> None:
    """No book says; nobody loses a hand that is paid for."""
    game, (alice, bob, carol) = dealt("NP", 1_000, 1_000, 1_000)
    alice.calls()
    bob.calls()
    carol.checks()
    bob.times_out()
    assert bob.in_hand.cards == ["Qs", "Qh"]
    carol.stands()
    assert (carol.in_hand.cards, carol.in_hand.folded) == (["9s", "9h"], False)
    assert game.to_act == "alice"


def test_who_is_all_in_throws_a_card_away_before_the_hands_lie_open() -> None:
    """A decision is left, so nothing is turned up yet (TDA rule 16)."""
    for variant, board in (("NP", 0), ("NCP", 3)):
        game, (alice, bob) = dealt(variant, 500, 500)
        alice.goes_all_in()
        bob.calls()
        assert len(game.hand.board) == board
        assert not game.of(CardsShown)
        bob.discards("Jd")
        alice.discards("Kd")
        assert game.table.hand is None
        assert [event.cards for event in game.of(CardsShown)] == [["Qs", "Qh"], ["As", "Ah"]]
        assert (alice.stack, bob.stack) == (1_000, 0)


def test_when_all_others_fold_nothing_has_to_go() -> None:
    game, (alice, bob, carol) = dealt("NP", 1_000, 1_000, 1_000)
    alice.raises_to(300)
    bob.folds()
    carol.folds()
    assert game.table.hand is None
    assert not game.of(DrawStarted)


def test_a_board_is_run_twice_after_the_discard() -> None:
    game = Game(variant="NCP", house=HouseRules(run_it=2))
    alice, bob = game.seat(500, 500)
    alice.would_run_it(2)
    bob.would_run_it(2)
    game.deal(_BOARD, alice=_HANDS["alice"], bob=_HANDS["bob"])
    alice.goes_all_in()
    bob.calls()
    assert not game.of(RunItAgreed)
    bob.discards("Jd")
    alice.discards("Kd")
    assert game.of(RunItAgreed)
    assert alice.stack + bob.stack == 1_000


def test_a_bomb_pot_is_played_where_the_card_goes_after_the_flop_but_not_where_it_goes_before() -> (
    None
):
    """It begins on the flop, so in pineapple there would be three cards to the end."""
    house = HouseRules(bomb_pot_every=1)
    game, _ = dealt("NP", 1_000, 1_000, 1_000, house=house)
    assert not game.hand.board
    assert game.turn.call == 100
    game, (alice, bob, carol) = dealt("NCP", 1_000, 1_000, 1_000, house=house)
    assert len(game.hand.board) == 3
    for player in (bob, carol, alice):
        player.checks()
    for player in (bob, carol, alice):
        player.discards(player.in_hand.cards[2])
    assert game.hand.street == 2


def test_what_was_thrown_away_is_kept_and_is_not_dealt_again() -> None:
    game, (alice, bob) = dealt("NP", 1_000, 1_000)
    alice.calls()
    bob.checks()
    bob.discards("Jd")
    alice.discards("Kd")
    assert game.hand.discards[bob.number] == ["Jd"]
    assert Card("Jd") not in game.hand.deck
