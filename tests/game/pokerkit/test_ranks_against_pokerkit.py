"""Every class of hands in the order of PokerKit 0.7.7, and random hands of every game.

`RANKS_HANDS=100000 RANKS_SEED=7 pytest tests/game/pokerkit/test_ranks_against_pokerkit.py`
evaluates more hands of each kind, or the same ones again.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations, combinations_with_replacement, pairwise
from random import Random, SystemRandom
from typing import NamedTuple

import pokerkit
import pytest

from pokerws.game.cards import DECK, KUHN_DECK, RANKS, SHORT_DECK, SUITS, Card
from pokerws.game.ranks import evaluator
from pokerws.game.ranks.high import FOURS
from pokerws.game.variants import Ranking

HANDS = int(os.environ.get("RANKS_HANDS", "1000"))
SEED = int(os.environ.get("RANKS_SEED") or SystemRandom().randrange(10**6))
BATCH = 2_000

KIT_CARDS = {card: next(pokerkit.Card.parse(card)) for card in DECK}
SHORT_RANKS = RANKS[RANKS.index("6") :]


class Kind(NamedTuple):
    """A ranking, who ranks it in PokerKit, its deck and how many cards hole and board may have."""

    ranking: Ranking
    from_hole: int
    theirs: type[pokerkit.Hand]
    sizes: list[tuple[int, int]]
    deck: Sequence[Card] = DECK


HOLDEM = [(2, 3), (2, 4), (2, 5)]
OMAHA = [(4, 5), (5, 5), (6, 5)]
KINDS = {
    "high": Kind(
        Ranking.HIGH, 0, pokerkit.StandardHighHand, [*HOLDEM, (5, 0), (6, 0), (7, 0), (3, 4)]
    ),
    "omaha": Kind(Ranking.HIGH, 2, pokerkit.OmahaHoldemHand, OMAHA),
    "short deck": Kind(Ranking.SHORT_DECK, 0, pokerkit.ShortDeckHoldemHand, HOLDEM, SHORT_DECK),
    "ace to five": Kind(
        Ranking.ACE_TO_FIVE, 0, pokerkit.RegularLowHand, [(5, 0), (6, 0), (7, 0), (6, 1)]
    ),
    "eight or better": Kind(
        Ranking.EIGHT_OR_BETTER, 0, pokerkit.EightOrBetterLowHand, [(5, 0), (6, 0), (7, 0), (6, 1)]
    ),
    "omaha eight or better": Kind(
        Ranking.EIGHT_OR_BETTER, 2, pokerkit.OmahaEightOrBetterLowHand, OMAHA
    ),
    "deuce to seven": Kind(
        Ranking.DEUCE_TO_SEVEN, 0, pokerkit.StandardLowHand, [(5, 0), (5, 0), (7, 0)]
    ),
    "badugi": Kind(Ranking.BADUGI, 0, pokerkit.BadugiHand, [(4, 0)]),
    "kuhn": Kind(Ranking.HIGH_CARD, 0, pokerkit.KuhnPokerHand, [(1, 0)], KUHN_DECK),
}


def five_of(all_ranks: str, *, flushes: bool) -> Iterator[list[Card]]:
    """A hand for each way to take five cards of these ranks; `flushes` has the suited ones too."""
    for ranks in combinations_with_replacement(all_ranks, 5):
        if ranks[0] != ranks[4]:
            # Any four in a row are of four suits, so that no card is there twice.
            yield [Card(rank + SUITS[place % 4]) for place, rank in enumerate(ranks)]
    if flushes:
        for ranks in combinations(all_ranks, 5):
            yield [Card(rank + "s") for rank in ranks]


def badugis() -> Iterator[list[Card]]:
    """A hand of four cards for each set of one to four ranks that counts."""
    for size in (4, 3, 2):
        for ranks in combinations(RANKS, size):
            cards = [Card(rank + suit) for rank, suit in zip(ranks, SUITS, strict=False)]
            # Each added card shares its rank or suit with others, so that it does not count.
            more = [Card(ranks[0] + SUITS[1]), Card(ranks[1] + SUITS[0])]
            yield [*cards, *more[: 4 - size]]
    for rank in RANKS:
        yield [Card(rank + suit) for suit in SUITS]


# The hands, one of each class, and how many classes there are.
CLASSES: dict[str, tuple[Callable[[], Iterable[list[Card]]], int]] = {
    "high": (lambda: five_of(RANKS, flushes=True), 7462),
    "short deck": (lambda: five_of(SHORT_RANKS, flushes=True), 1404),
    "ace to five": (lambda: five_of(RANKS, flushes=False), 6175),
    "eight or better": (lambda: five_of("A2345678", flushes=False), 56),
    "deuce to seven": (lambda: five_of(RANKS, flushes=True), 7462),
    "badugi": (badugis, 1092),
    "kuhn": (lambda: ([card] for card in KUHN_DECK), 3),
}
SAME_CLASSES = {
    "omaha": "high",
    "omaha eight or better": "eight or better",
}


@cache
def strength_by_entry(name: str) -> dict[int, int]:
    """Our strength for each class of hands by its index in PokerKit's table."""
    kind = KINDS[name]
    ours = evaluator(kind.ranking, kind.from_hole)
    found: dict[int, int] = {}
    for cards in CLASSES[name][0]():
        theirs = kind.theirs.from_game_or_none([KIT_CARDS[card] for card in cards])
        strength = ours(cards, [])
        if theirs is None:
            assert strength is None, cards
        else:
            assert strength is not None, cards
            assert found.setdefault(theirs.entry.index, strength) == strength, cards
    return found


@pytest.mark.parametrize("name", CLASSES)
def test_all_classes_of_hands_are_in_the_order_of_pokerkit(name: str) -> None:
    by_entry = strength_by_entry(name)
    # A higher entry is better in PokerKit's high games, worse in its low ones.
    entries = sorted(by_entry, reverse=not KINDS[name].theirs.low)
    strengths = [by_entry[entry] for entry in entries]
    assert len(strengths) == CLASSES[name][1]
    assert all(a < b for a, b in pairwise(strengths))


@pytest.mark.parametrize("first", range(0, HANDS, BATCH))
@pytest.mark.parametrize("name", KINDS)
def test_random_hands_are_what_they_are_in_pokerkit(name: str, first: int) -> None:
    kind = KINDS[name]
    ours = evaluator(kind.ranking, kind.from_hole)
    by_entry = strength_by_entry(SAME_CLASSES.get(name, name))
    for number in range(first, min(HANDS, first + BATCH)):
        hole, board = random_hand(Random(f"{SEED}:{name}:{number}"), kind)
        theirs = kind.theirs.from_game_or_none(
            [KIT_CARDS[card] for card in hole], [KIT_CARDS[card] for card in board]
        )
        expected = None if theirs is None else by_entry[theirs.entry.index]
        assert ours(hole, board) == expected, f"RANKS_SEED={SEED}, {hole} with {board}"


def random_hand(rng: Random, kind: Kind) -> tuple[list[Card], list[Card]]:
    """Every second hand has cards of a few ranks alone, so that what is rare comes often."""
    own, board = rng.choice(kind.sizes)
    deck = list(kind.deck)
    if rng.random() < 0.5:
        ranks = sorted({card[0] for card in deck})
        few = rng.sample(ranks, min(len(ranks), rng.randint(5, 8)))
        deck = [card for card in deck if card[0] in few]
    cards = rng.sample(deck, own + board)
    return cards[:own], cards[own:]


@pytest.mark.parametrize("count", FOURS)
def test_every_two_hole_cards_of_omaha_are_together_in_one_of_the_fours(count: int) -> None:
    pairs = {pair for four in FOURS[count] for pair in combinations(sorted(four), 2)}
    assert pairs == set(combinations(range(count), 2))
