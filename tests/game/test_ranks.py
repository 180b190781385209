"""Which hand is better, and what it is called."""

from random import Random

import pytest
from pokerkit import StandardHighHand

from pokerws.game.cards import DECK, UNKNOWN, parse_cards
from pokerws.game.ranks import high_name, high_strength

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


@pytest.mark.parametrize(("cards", "strength", "name"), BOUNDS)
def test_the_bounds_of_the_categories(cards: str, strength: int, name: str) -> None:
    hole, board = parse_cards(cards[:4]), parse_cards(cards[4:])
    assert high_strength(hole, board) == strength
    assert high_name(hole, board) == name


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
    ],
)
def test_the_best_five_of_seven_have_a_name_in_words(hole: str, board: str, name: str) -> None:
    assert high_name(parse_cards(hole), parse_cards(board)) == name


def test_hands_rank_as_in_pokerkit() -> None:
    rng = Random(11)
    for _ in range(2_000):
        cards = rng.sample(DECK, 9)
        board = cards[4:]
        ours, theirs = [], []
        for hole in (cards[:2], cards[2:4]):
            strength = high_strength(hole, board)
            assert strength is not None
            ours.append(strength)
            theirs.append(StandardHighHand.from_game("".join(hole), "".join(board)))
        assert (ours[0] < ours[1]) == (theirs[0] > theirs[1])
        assert (ours[0] == ours[1]) == (theirs[0] == theirs[1])


def test_a_hand_with_an_unknown_card_has_no_rank_and_no_name() -> None:
    board = parse_cards("2c3d4h8sTs")
    for hole in ([UNKNOWN, UNKNOWN], [DECK[51], UNKNOWN]):
        assert high_strength(hole, board) is None
        assert high_name(hole, board) == ""
    assert high_strength(parse_cards("AsAh"), [*board[:4], UNKNOWN]) is None


@pytest.mark.parametrize("text", ["A", "AsK", "1s", "Ax", "as", "10s", "As Kd"])
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a card"):
        parse_cards(text)


def test_cards_are_read_one_after_the_other() -> None:
    assert parse_cards("AsTd??2c") == ["As", "Td", "??", "2c"]
    assert parse_cards("") == []
    assert len(set(DECK)) == 52
