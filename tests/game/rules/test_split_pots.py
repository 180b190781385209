"""Split pots: high and low, quarters, and side pots that are won by different hands.

TDA: the rules of the Poker Tournament Directors Association, 2024.  RRoP: Robert's Rules of Poker.
In the first hand alice has the button, bob the small blind, carol the big one.
"""

from typing import NamedTuple

from pokerws.game.events import CardsShown, PotAwarded
from tests.game.script import Game, Player


class Won(NamedTuple):
    """A part of a pot, with the chips by name."""

    pot: int
    side: str
    shares: dict[str, int]


def awards(game: Game) -> list[Won]:
    return [
        Won(event.pot, event.side, {game.name_of(s.seat): s.amount for s in event.shares})
        for event in game.of(PotAwarded)
    ]


def all_in(board: str, stacks: dict[str, int], variant: str = "NO/8", **hands: str) -> Game:
    """Everybody goes all-in before the flop."""
    game = Game(variant=variant, small_blind=1, big_blind=2)
    game.seat(*stacks.values())
    game.deal(board, **hands)
    while game.table.hand is not None:
        player = Player(game, game.to_act or "")
        player.goes_all_in() if game.turn.max_to else player.calls()
    return game


def test_high_and_low_take_half_of_the_pot_each() -> None:
    game = all_in("2c5d7hKcKd", {"alice": 100, "bob": 100}, alice="KsQsJdTd", bob="As3s9d9c")
    assert awards(game) == [Won(0, "high", {"alice": 100}), Won(0, "low", {"bob": 100})]


def test_one_hand_may_win_both_halves() -> None:
    """RRoP section 3: it scoops."""
    game = all_in("2c5d7hJcQd", {"alice": 100, "bob": 100}, alice="KsTs9d9h", bob="As3sAdQs")
    assert awards(game) == [Won(0, "high", {"bob": 100}), Won(0, "low", {"bob": 100})]


def test_without_a_low_hand_the_high_hand_takes_it_all() -> None:
    """RRoP section 3: a low needs five different ranks of eight or less."""
    game = all_in("2c5d9hJcQd", {"alice": 100, "bob": 100}, alice="As3s4d6h", bob="QsQhTcTd")
    assert awards(game) == [Won(0, "", {"bob": 200})]


def test_who_ties_for_the_low_half_gets_a_quarter() -> None:
    game = all_in("2c5d7hKcKd", {"alice": 100, "bob": 100}, alice="As3sKsQd", bob="Ad3d9d9c")
    assert awards(game) == [
        Won(0, "high", {"alice": 100}),
        Won(0, "low", {"bob": 50, "alice": 50}),
    ]


def test_three_low_hands_share_half_and_one_of_them_wins_the_high_half() -> None:
    game = all_in(
        "2c5d7hKcJd",
        {"alice": 60, "bob": 60, "carol": 60},
        alice="As3sKsQd",
        bob="Ad3d9d9c",
        carol="Ah3hTdTc",
    )
    assert awards(game) == [
        Won(0, "high", {"alice": 90}),
        Won(0, "low", {"alice": 30, "bob": 30, "carol": 30}),
    ]


def test_the_low_half_of_a_side_pot_goes_to_its_high_hand_when_nobody_in_it_has_a_low() -> None:
    """TDA rule 21: each side pot is split by itself.

    PokerKit asks whether anybody at the table has a low, and shares that half among all.
    """
    game = all_in(
        "2c5d7hKcKd",
        {"alice": 50, "bob": 100, "carol": 150, "dave": 150},
        alice="As3s9h9d",
        bob="QsQhQdJs",
        carol="KsThTdTc",
        dave="JhJd9s9c",
    )
    assert awards(game) == [
        Won(2, "", {"carol": 100}),
        Won(1, "", {"carol": 150}),
        Won(0, "high", {"carol": 100}),
        Won(0, "low", {"alice": 100}),
    ]


def test_a_low_hand_wins_the_low_half_of_each_pot_that_it_is_in() -> None:
    game = all_in(
        "2c5d7hKcKd",
        {"alice": 50, "bob": 100, "carol": 100},
        alice="As3s9h9d",
        bob="Ah4hQdJs",
        carol="KsThTdTc",
    )
    assert awards(game) == [
        Won(1, "high", {"carol": 50}),
        Won(1, "low", {"bob": 50}),
        Won(0, "high", {"carol": 75}),
        Won(0, "low", {"alice": 75}),
    ]


def test_the_same_hole_cards_need_not_make_both_hands() -> None:
    """RRoP section 6: any two for the high and any two for the low hand; the cards speak."""
    game = all_in("2c5d7hKcKd", {"alice": 100, "bob": 100}, alice="As3sKsQd", bob="QsQhJdTd")
    (alice, _) = sorted(game.of(CardsShown), key=lambda event: event.seat)
    assert awards(game)[0].shares == awards(game)[1].shares == {"alice": 100}
    assert alice.cards == ["As", "3s", "Ks", "Qd"]


def test_omaha_uses_just_two_of_the_hole_for_a_low_too() -> None:
    """Three low cards on the board and one in the hand are none."""
    game = all_in("2c3d4hKcQd", {"alice": 100, "bob": 100}, alice="AsJsTdTh", bob="KsKh9d9c")
    assert awards(game) == [Won(0, "", {"bob": 200})]


def test_in_stud_eight_or_better_the_pot_is_split_as_well() -> None:
    game = Game(variant="F7S/8", small_blind=10, big_blind=20)
    alice, bob = game.seat(24, 24)
    game.deal("4cQs" + "6dTd" + "8h9c" + "JsQc", alice="KsKhKd", bob="As2h3c")
    bob.brings_in()
    alice.bets(20)
    bob.calls()
    assert awards(game) == [Won(0, "high", {"alice": 24}), Won(0, "low", {"bob": 24})]


def test_big_o_is_played_with_five_cards() -> None:
    game = all_in(
        "2c5d7hKcKd",
        {"alice": 100, "bob": 100},
        variant="PO5/8",
        alice="KsQsJdTd9h",
        bob="As3s9d9cJh",
    )
    assert game.table.hand is None


def test_a_low_is_shown_in_words_next_to_the_high_hand() -> None:
    game = Game(variant="NO/8", small_blind=1, big_blind=2)
    alice, bob = game.seat(100, 100)
    game.deal("2c5d7hKcKd", alice="KsQsJdTd", bob="As3s9d9c")
    alice.calls()
    shown = []
    while game.table.hand is not None:
        Player(game, game.to_act or "").checks()
        shown += game.of(CardsShown)
    words = {event.seat: (event.hand, event.low) for event in shown}
    assert words[alice.number] == ("three of a kind, kings", "")
    assert words[bob.number][1] == "7-5-3-2-A low"
