"""Which high hand is better, what it is called, and what has no strength."""

import importlib.util
import sys
from collections import Counter
from itertools import combinations
from types import ModuleType

import pytest

from pokerws.game.cards import DECK, UNKNOWN, parse_cards
from pokerws.game.ranks import evaluator, hand_name, high_strength, native
from pokerws.game.ranks.high import high_class
from pokerws.game.ranks.words import Kind
from pokerws.game.variants import VARIANTS, Ranking

# The best and the worst hand of each category, from the best category to the worst.
BOUNDS = [
    ("AsKsQsJsTs", 1, "royal flush"),
    ("KsQsJsTs9s", 2, "straight flush, king high"),
    ("5h4h3h2hAh", 10, "straight flush, five high"),
    ("AsAhAdAcKs", 11, "four of a kind, aces"),
    ("2s2h2d2c3s", 166, "four of a kind, twos"),
    ("AsAhAdKcKs", 167, "full house, aces full of kings"),
    ("2s2h2d3c3s", 322, "full house, twos full of threes"),
    ("AsKsQsJs9s", 323, "flush, ace high"),
    ("7s5s4s3s2s", 1599, "flush, seven high"),
    ("AsKdQsJsTs", 1600, "straight, ace high"),
    ("5h4h3d2hAh", 1609, "straight, five high"),
    ("AsAhAdKcQs", 1610, "three of a kind, aces"),
    ("2s2h2d4c3s", 2467, "three of a kind, twos"),
    ("AsAhKdKcQs", 2468, "two pair, aces and kings"),
    ("3s3h2d2c4s", 3325, "two pair, threes and twos"),
    ("AsAhKdQcJs", 3326, "pair of aces"),
    ("2s2h5d4c3s", 6185, "pair of twos"),
    ("AsKdQsJs9s", 6186, "ace high"),
    ("7s5d4s3s2s", 7462, "seven high"),
]

# How many of the 2,598,960 hands of five cards are of each category.
FREQUENCIES = {
    "royal flush": 4,
    Kind.STRAIGHT_FLUSH: 36,
    Kind.FOUR_OF_A_KIND: 624,
    Kind.FULL_HOUSE: 3_744,
    Kind.FLUSH: 5_108,
    Kind.STRAIGHT: 10_200,
    Kind.THREE_OF_A_KIND: 54_912,
    Kind.TWO_PAIR: 123_552,
    Kind.PAIR: 1_098_240,
    Kind.HIGH_CARD: 1_302_540,
}


@pytest.mark.parametrize(("cards", "strength", "name"), BOUNDS)
def test_the_bounds_of_the_categories(cards: str, strength: int, name: str) -> None:
    hole, board = parse_cards(cards[:4]), parse_cards(cards[4:])
    assert high_strength(hole, board) == strength
    assert hand_name(Ranking.HIGH, 0, hole, board) == name


@pytest.mark.parametrize(
    ("hole", "board", "name"),
    [
        ("6s6h", "6d2c3s9hKd", "three of a kind, sixes"),
        ("KsKh", "TdTc3s3hQd", "two pair, kings and tens"),
        ("As2s", "3d4c5s6h7d", "straight, seven high"),
        ("As2s", "3d4c5sJhKd", "straight, five high"),
        ("AsAh", "AdKcKsKhQd", "full house, aces full of kings"),
        ("2c3d", "AsKsQsJsTs", "royal flush"),
        ("As5s", "4s3s2s6s7d", "straight flush, six high"),
        ("AhKh", "2s2h2d2c3s", "four of a kind, twos"),
        ("2h3h", "4hThQh5s6s", "flush, queen high"),
        ("7h3h", "4dThQc5s", "queen high"),
    ],
)
def test_the_best_five_of_seven_have_a_name_in_words(hole: str, board: str, name: str) -> None:
    assert hand_name(Ranking.HIGH, 0, parse_cards(hole), parse_cards(board)) == name
    assert hand_name(Ranking.HIGH, 0, parse_cards(hole), parse_cards(board)) == name


@pytest.mark.parametrize(
    ("hole", "board", "name"),
    [
        # One heart in the hole makes no flush with four on the board, nor do four of a kind there.
        ("Ah2s3d4c", "KhQhJh9h8s", "ace high"),
        ("AhKs3d4c", "QhQsQdQc8s", "three of a kind, queens"),
        ("AhAsAdAc", "KhKsQdJc8s", "two pair, aces and kings"),
        ("Ah2s3d4h", "KhQhJh9h8s", "flush, ace high"),
        # With one of the hole it would be a straight flush.
        ("2c2s3d4hTh", "KhQhJh9h8s", "flush, king high"),
        # Each two of six hole cards count: here the first with the last, and the last two.
        ("Ah2s3d4c7dTh", "KhQhJh9s8s", "royal flush"),
        ("2s3d4c6dAhTh", "KhQhJh9s8s", "royal flush"),
    ],
)
def test_omaha_takes_two_of_the_hole_and_three_of_the_board(
    hole: str, board: str, name: str
) -> None:
    assert hand_name(Ranking.HIGH, 2, parse_cards(hole), parse_cards(board)) == name


def test_of_all_hands_as_many_are_of_each_category_as_there_should_be() -> None:
    strengths = Counter(high_strength(five, ()) for five in combinations(DECK, 5))
    found: Counter[str] = Counter()
    for strength, count in strengths.items():
        assert strength is not None
        found["royal flush" if strength == 1 else high_class(strength)[0]] += count
    assert found == FREQUENCIES


def test_a_hand_with_an_unknown_card_has_no_rank_and_no_name() -> None:
    board = parse_cards("2c3d4h8sTs")
    for hole in ([UNKNOWN, UNKNOWN], [DECK[51], UNKNOWN]):
        assert high_strength(hole, board) is None
        assert hand_name(Ranking.HIGH, 0, hole, board) == ""
    assert high_strength(parse_cards("AsAh"), [*board[:4], UNKNOWN]) is None


@pytest.mark.parametrize("ranking", [Ranking.HIGH, Ranking.EIGHT_OR_BETTER])
def test_omaha_needs_its_whole_board_and_all_of_the_cards_known(ranking: Ranking) -> None:
    hole, board = parse_cards("As2s5dKh"), parse_cards("3c4d8hTsJd")
    strength = evaluator(ranking, 2)
    assert strength(hole, board) is not None
    assert strength(hole, board[:4]) is None
    assert strength(hole[:3], board) is None
    assert strength([*hole[:3], UNKNOWN], board) is None
    assert strength(hole, [*board[:4], UNKNOWN]) is None
    assert hand_name(ranking, 2, hole, board[:3]) == ""


@pytest.mark.parametrize("code", VARIANTS)
def test_every_variant_has_its_evaluators(code: str) -> None:
    variant = VARIANTS[code]
    own = sum(street.down + street.up - street.discard for street in variant.streets)
    board = sum(street.board for street in variant.streets)
    # One of each rank from the ace up, all of one suit: any ranking has a hand in them.
    ranks = variant.deck[::4]
    cards = [ranks[-1], *ranks][: own + board]
    for ranking in variant.rankings:
        assert hand_name(ranking, variant.from_hole, cards[:own], cards[own:])


def test_a_ranking_that_no_variant_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no evaluator for badugi with 2 hole cards"):
        evaluator(Ranking.BADUGI, 2)


def test_what_is_no_card_is_an_error_and_not_a_hand_without_strength() -> None:
    with pytest.raises(KeyError):
        high_strength(DECK[:4], [*DECK[4:6], "1s"])  # type: ignore[list-item]


def without_private_module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module `native` as it is where phevaluator has moved its private one."""
    monkeypatch.setitem(sys.modules, "phevaluator._pheval", None)
    spec = importlib.util.find_spec(native.__name__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_public_functions_of_phevaluator_do_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    public = without_private_module(monkeypatch)
    cards = [3, 7, 50, 21, 34, 46, 11, 40, 29]
    for count in (5, 6, 7):
        assert public.BEST_OF[count] is not native.BEST_OF[count]
        assert public.BEST_OF[count](*cards[:count]) == native.BEST_OF[count](*cards[:count])
    assert public.BEST_OF_OMAHA is not native.BEST_OF_OMAHA
    assert public.BEST_OF_OMAHA(*cards) == native.BEST_OF_OMAHA(*cards)


@pytest.mark.parametrize("text", ["A", "AsK", "1s", "Ax", "as", "10s", "As Kd"])
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a card"):
        parse_cards(text)


def test_cards_are_read_one_after_the_other() -> None:
    assert parse_cards("AsTd??2c") == ["As", "Td", "??", "2c"]
    assert parse_cards("") == []
    assert len(set(DECK)) == 52
