"""Low hands, badugi, short deck and a single card: which is better, and what they are called."""

from itertools import pairwise

import pytest

from pokerws.game.cards import UNKNOWN, parse_cards
from pokerws.game.ranks import evaluator, hand_name
from pokerws.game.variants import Ranking

# From the best to the worst: cards, and their name.
HANDS = {
    Ranking.ACE_TO_FIVE: [
        ("5s4s3s2sAs", "5-4-3-2-A low"),
        ("6c4d3h2sAc", "6-4-3-2-A low"),
        ("6c5d4h3s2c", "6-5-4-3-2 low"),
        ("8c6d4h3sAc", "8-6-4-3-A low"),
        ("Tc6d4h3sAc", "10-6-4-3-A low"),
        ("KcQdJhTs9c", "K-Q-J-10-9 low"),
        ("AcAd4h3s2c", "pair of aces"),
        ("2c2dKhQsJc", "pair of twos"),
        ("KcKdQhJsTc", "pair of kings"),
        ("2c2dAhAsKc", "two pair, twos and aces"),
        ("6c6dTh3sTc", "two pair, tens and sixes"),
        ("AcAdAh3s2c", "three of a kind, aces"),
        ("6c6d6h3s2c", "three of a kind, sixes"),
        ("AcAdAhKsKc", "full house, aces full of kings"),
        ("2c2d2hAsAc", "full house, twos full of aces"),
        ("AcAdAhAsKc", "four of a kind, aces"),
        ("KcKdKhKsQc", "four of a kind, kings"),
    ],
    Ranking.EIGHT_OR_BETTER: [
        ("5s4s3s2sAs", "5-4-3-2-A low"),
        ("8c4d3h2sAc", "8-4-3-2-A low"),
        ("8c6d4h3sAc", "8-6-4-3-A low"),
        ("8c7d6h5s4c", "8-7-6-5-4 low"),
    ],
    Ranking.DEUCE_TO_SEVEN: [
        ("7c5d4h3s2c", "7-5-4-3-2 low"),
        ("8c6d4h3s2c", "8-6-4-3-2 low"),
        ("9c8d6h4s2c", "9-8-6-4-2 low"),
        ("Tc8d6h4s2c", "10-8-6-4-2 low"),
        ("KcQdJhTs8c", "K-Q-J-10-8 low"),
        # The ace is high, so this is no straight.
        ("Ac5d4h3s2c", "A-5-4-3-2 low"),
        ("Ac6d4h3s2c", "A-6-4-3-2 low"),
        ("2c2d5h4s3c", "pair of twos"),
        ("3c3d2h2s4c", "two pair, threes and twos"),
        ("2c2d2h4s3c", "three of a kind, twos"),
        ("6c5d4h3s2c", "straight, six high"),
        ("AcKdQhJsTc", "straight, ace high"),
        ("7c5c4c3c2c", "flush, seven high"),
        ("KcQcJcTc8c", "flush, king high"),
        ("Ac5c4c3c2c", "flush, ace high"),
        ("Ac6c4c3c2c", "flush, ace high"),
        ("2c2d2h3s3c", "full house, twos full of threes"),
        ("2c2d2h2s3c", "four of a kind, twos"),
        ("6c5c4c3c2c", "straight flush, six high"),
        ("AcKcQcJcTc", "royal flush"),
    ],
    Ranking.BADUGI: [
        ("4c3d2hAs", "badugi, 4-3-2-A"),
        ("8c5d3hAs", "badugi, 8-5-3-A"),
        ("KcQdJhTs", "badugi, K-Q-J-10"),
        ("3c2dAhAs", "three-card badugi, 3-2-A"),
        # The five goes: it has the suit of the ace.
        ("8d5s3hAs", "three-card badugi, 8-3-A"),
        ("KcQdJhJs", "three-card badugi, K-Q-J"),
        ("2cAd2dAc", "two-card badugi, 2-A"),
        ("KcKdQhQd", "two-card badugi, K-Q"),
        ("As7s5s3s", "one-card badugi, A"),
        ("KcKdKhKs", "one-card badugi, K"),
    ],
    Ranking.SHORT_DECK: [
        ("AsKsQsJsTs", "royal flush"),
        ("Ts9s8s7s6s", "straight flush, ten high"),
        ("As9s8s7s6s", "straight flush, nine high"),
        ("6s6h6d6cAs", "four of a kind, sixes"),
        ("AsKsQsJs9s", "flush, ace high"),
        ("Js9s8s7s6s", "flush, jack high"),
        ("AsAhAdKcKs", "full house, aces full of kings"),
        ("6s6h6d7c7s", "full house, sixes full of sevens"),
        ("AsKdQsJsTs", "straight, ace high"),
        ("Ts9d8s7s6s", "straight, ten high"),
        ("As9d8s7s6s", "straight, nine high"),
        ("AsAhAdKcQs", "three of a kind, aces"),
        ("KsKhTdTcQs", "two pair, kings and tens"),
        ("6s6hAdKcQs", "pair of sixes"),
        ("AsJd8s7s6s", "ace high"),
        ("JsTd8s7s6s", "jack high"),
    ],
    Ranking.HIGH_CARD: [("As", "ace high"), ("Ks", "king high"), ("Qs", "queen high")],
}


@pytest.mark.parametrize("ranking", HANDS)
def test_the_better_hand_has_the_lower_strength(ranking: Ranking) -> None:
    strength = evaluator(ranking, 0)
    for (better, _), (worse, _) in pairwise(HANDS[ranking]):
        ours, theirs = (strength(parse_cards(cards), []) for cards in (better, worse))
        assert ours is not None
        assert theirs is not None
        assert ours < theirs, f"{better} beats {worse}"


@pytest.mark.parametrize(
    ("ranking", "cards", "name"),
    [(ranking, cards, name) for ranking, hands in HANDS.items() for cards, name in hands],
)
def test_a_hand_has_its_name_in_words(ranking: Ranking, cards: str, name: str) -> None:
    assert hand_name(ranking, 0, parse_cards(cards), []) == name


@pytest.mark.parametrize(
    ("ranking", "cards", "name"),
    [
        (Ranking.ACE_TO_FIVE, "AsAh2s3d4cKsQs", "Q-4-3-2-A low"),
        (Ranking.ACE_TO_FIVE, "AsAh2s2d3c3sKs", "pair of aces"),
        (Ranking.ACE_TO_FIVE, "KsKhAsAdAcAhKd", "full house, aces full of kings"),
        (Ranking.ACE_TO_FIVE, "KsKhQsQdQcJhJd", "two pair, queens and jacks"),
        (Ranking.EIGHT_OR_BETTER, "8s7h5s4d3c2sKs", "7-5-4-3-2 low"),
        (Ranking.EIGHT_OR_BETTER, "AsAh2s3d4cKs8s", "8-4-3-2-A low"),
        (Ranking.SHORT_DECK, "As9d8s7s6sTdKh", "straight, ten high"),
        (Ranking.SHORT_DECK, "As9s8s7s6sKsKh", "straight flush, nine high"),
        (Ranking.SHORT_DECK, "As9s8s7s6dKs9h", "flush, ace high"),
    ],
)
def test_the_best_five_of_seven_count(ranking: Ranking, cards: str, name: str) -> None:
    seven = parse_cards(cards)
    assert hand_name(ranking, 0, seven, []) == name
    assert hand_name(ranking, 0, seven[:2], seven[2:]) == name


def test_suits_and_what_is_not_among_the_five_break_no_tie() -> None:
    razz = evaluator(Ranking.ACE_TO_FIVE, 0)
    assert razz(parse_cards("7s5h4d3cAsKsKh"), []) == razz(parse_cards("7h5d4c3sAh7dQs"), [])
    badugi = evaluator(Ranking.BADUGI, 0)
    assert badugi(parse_cards("3c2dAhAs"), []) == badugi(parse_cards("3d2cAhKh"), [])


@pytest.mark.parametrize("cards", ["9s4h3d2cAs", "8s8h4d3cAs", "8s7h3d2cKsQsJs", "AsAhAdAc2s2h2d"])
def test_less_than_five_ranks_up_to_the_eight_are_no_low(cards: str) -> None:
    assert evaluator(Ranking.EIGHT_OR_BETTER, 0)(parse_cards(cards), []) is None
    assert hand_name(Ranking.EIGHT_OR_BETTER, 0, parse_cards(cards), []) == ""


@pytest.mark.parametrize(
    ("hole", "board", "low"),
    [
        ("As2sKdKh", "3c4d8hTsJd", "8-4-3-2-A low"),
        # Only two of the board are low.
        ("As2s3d4h", "5c6dThJsKd", ""),
        # The board has the two, so the hole needs another.
        ("As2sKdKh", "2c4d8hTsJd", ""),
        ("As2s3dKh", "2c4d8hTsJd", "8-4-3-2-A low"),
        # Three of the hole do not count.
        ("As2s3dKh", "4c4d8hTsJd", ""),
        ("As2s3d4h", "4c5d8hTsJd", "8-5-4-2-A low"),
        # Nor does one of the hole with four of the board.
        ("AsKsQdKh", "2c4d5h7sJd", ""),
        # A better low of the board alone is none.
        ("7s8sKdKh", "Ac2d3h4s5d", "8-7-3-2-A low"),
        ("As2s7d8hKcQc", "3c4d5hTsJd", "5-4-3-2-A low"),
    ],
)
def test_a_low_in_omaha_takes_two_of_the_hole_and_three_of_the_board(
    hole: str, board: str, low: str
) -> None:
    cards = parse_cards(hole), parse_cards(board)
    assert hand_name(Ranking.EIGHT_OR_BETTER, 2, *cards) == low
    assert (evaluator(Ranking.EIGHT_OR_BETTER, 2)(*cards) is None) == (low == "")


@pytest.mark.parametrize("ranking", HANDS)
def test_a_hand_with_an_unknown_card_has_no_strength_and_no_name(ranking: Ranking) -> None:
    cards = parse_cards(HANDS[ranking][0][0])
    for place in range(len(cards)):
        hidden = [*cards[:place], UNKNOWN, *cards[place + 1 :]]
        assert evaluator(ranking, 0)(hidden, []) is None
        assert evaluator(ranking, 0)([], hidden) is None
        assert hand_name(ranking, 0, hidden, []) == ""


@pytest.mark.parametrize("ranking", HANDS)
def test_a_hand_with_a_card_too_few_has_no_strength(ranking: Ranking) -> None:
    cards = parse_cards(HANDS[ranking][0][0])
    assert evaluator(ranking, 0)(cards[1:], []) is None
