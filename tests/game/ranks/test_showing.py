"""Who brings it in and who opens in stud, by the cards that show."""

from itertools import combinations_with_replacement, pairwise

import pytest
from pokerkit import Card as KitCard
from pokerkit.lookups import Lookup
from pokerkit.state import _HighHandOpeningLookup, _LowHandOpeningLookup

from pokerws.game.cards import DECK, RANKS, SUITS, parse_cards
from pokerws.game.ranks import bring_in_key, showing_strength


@pytest.mark.parametrize(
    ("showing", "brings_in", "in_razz"),
    [
        ("9c 4d Ks", "4d", "Ks"),
        # The ace is high, and low in razz.
        ("Ac Kd Qh", "Qh", "Kd"),
        ("Ah As Ad", "Ad", "As"),
        # Ties are broken by suit: clubs, diamonds, hearts, spades.
        ("2s 2h 2d 2c", "2c", "2s"),
        ("Kd Kh 2d 2h", "2d", "Kh"),
    ],
)
def test_the_lowest_card_brings_it_in_and_in_razz_the_highest(
    showing: str, brings_in: str, in_razz: str
) -> None:
    cards = parse_cards(showing.replace(" ", ""))
    assert min(cards, key=lambda card: bring_in_key(card, low=False)) == brings_in
    assert min(cards, key=lambda card: bring_in_key(card, low=True)) == in_razz


@pytest.mark.parametrize("low", [False, True])
def test_no_two_cards_tie_for_the_bring_in(*, low: bool) -> None:
    assert len({bring_in_key(card, low=low) for card in DECK}) == len(DECK)


@pytest.mark.parametrize(
    "hands",
    [
        ["Ac", "Kd", "2s"],
        ["2c2d", "AcKd", "AdQs"],
        ["5c5d5h", "AcAdKs", "AcKdQs", "Tc9c8c"],
        ["2c2d2h2s", "AcAdAhKs", "3c3d2h2s", "AcAdKhQs", "AcKcQcJc", "AcKdQhTs"],
        ["9c9d5h5s", "8c8d7h7s", "8c8d6h6s"],
    ],
)
def test_the_highest_hand_showing_opens(hands: list[str]) -> None:
    ordered = [showing_strength(parse_cards(hand), low=False) for hand in hands]
    assert ordered == sorted(ordered)
    assert len(set(ordered)) == len(ordered)


@pytest.mark.parametrize(
    "hands",
    [
        ["Ac", "2d", "Ks"],
        ["2cAd", "KcAd", "KcQd", "AcAs", "2c2d"],
        ["4c3d2h", "5c2dAh", "AcAd2s", "AcAdKs", "2c2dAs", "AcAdAh"],
        ["4c3d2hAs", "KdQdJdTd", "AcAd3s2d", "2c2dAhKs", "2c2dAsAh", "AcAdAh2s", "AcAdAhAs"],
    ],
)
def test_the_lowest_hand_showing_opens_in_razz(hands: list[str]) -> None:
    ordered = [showing_strength(parse_cards(hand), low=True) for hand in hands]
    assert ordered == sorted(ordered)
    assert len(set(ordered)) == len(ordered)


@pytest.mark.parametrize("low", [False, True])
def test_hands_that_differ_in_suits_alone_tie(*, low: bool) -> None:
    one, other = parse_cards("KcKd7s2h"), parse_cards("7d2sKhKs")
    assert showing_strength(one, low=low) == showing_strength(other, low=low)


@pytest.mark.parametrize(
    ("count", "low"), [(count, low) for count in (1, 2, 3, 4) for low in (False, True)]
)
def test_all_hands_that_show_as_many_cards_are_in_the_order_of_pokerkit(
    *, count: int, low: bool
) -> None:
    lookup: Lookup = _LowHandOpeningLookup() if low else _HighHandOpeningLookup()
    both = []
    for ranks in combinations_with_replacement(RANKS, count):
        text = "".join(rank + suit for rank, suit in zip(ranks, SUITS, strict=False))
        theirs = lookup.get_entry(KitCard.parse(text)).index
        both.append((theirs if low else -theirs, showing_strength(parse_cards(text), low=low)))
    both.sort()
    assert len({theirs for theirs, _ in both}) == len(both)
    assert all(a < b for (_, a), (_, b) in pairwise(both))
