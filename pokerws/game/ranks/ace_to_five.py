"""Ace to five: the lowest five cards win; the ace is low, straights and flushes do not count.

Only ranks matter, so there are 6,175 classes of hands; 56 of them are eight or better.  A set of
ranks is a 13-bit number, with the ace as the lowest bit.  Of two sets of the same size, the lower
number is the lower hand.  This number is the strength of a hand without a pair.
"""

from collections.abc import Sequence
from functools import cache

from pokerws.game.cards import DECK, UNKNOWN, Card
from pokerws.game.ranks.words import Kind, in_words, spelled

_RISING = "A23456789TJQK"
RANK_BIT: dict[Card, int] = {card: 1 << _RISING.index(card[0]) for card in DECK}

_BITS = len(_RISING)
_ALL = (1 << _BITS) - 1
_EIGHT_DOWN = 0b1111_1111

# The 56 lows, best first; and for each set of ranks up to the eight, the lows that it contains.
_LOWS = [ranks for ranks in range(_EIGHT_DOWN + 1) if ranks.bit_count() == 5]
_LOWS_OF = [tuple(low for low in _LOWS if low & ranks == low) for ranks in range(_EIGHT_DOWN + 1)]


def ranks_in(cards: Sequence[Card]) -> int:
    """The set of ranks of some known cards."""
    ranks = 0
    for card in cards:
        ranks |= RANK_BIT[card]
    return ranks


def ace_to_five_strength(hole: Sequence[Card], board: Sequence[Card]) -> int | None:
    """The strength of the lowest five cards.

    None if a card is unknown, or there are fewer than five.
    """
    cards = (*hole, *board)
    if UNKNOWN in cards or len(cards) < 5:
        return None
    ranks = ranks_in(cards)
    if ranks.bit_count() < 5:
        return _paired(cards)
    return _lowest_five(ranks)


def eight_or_better_strength(hole: Sequence[Card], board: Sequence[Card]) -> int | None:
    """The strength of the lowest five different ranks up to the eight; None if there are fewer."""
    cards = (*hole, *board)
    if UNKNOWN in cards:
        return None
    ranks = ranks_in(cards) & _EIGHT_DOWN
    return _lowest_five(ranks) if ranks.bit_count() >= 5 else None


def omaha_eight_or_better_strength(hole: Sequence[Card], board: Sequence[Card]) -> int | None:
    """The strength of the best low with two of the hole cards and three of a complete board.

    Five ranks are such a low if the hole cards and the board together have all of them, the hole
    cards at least two and the board at least three.
    """
    if UNKNOWN in hole or UNKNOWN in board or len(board) < 5 or len(hole) < 4:
        return None
    middle = ranks_in(board) & _EIGHT_DOWN
    if middle.bit_count() < 3:
        return None
    own = ranks_in(hole) & _EIGHT_DOWN
    for low in _LOWS_OF[own | middle]:
        if (low & own).bit_count() >= 2 and (low & middle).bit_count() >= 3:
            return low
    return None


@cache
def ace_to_five_name_of(strength: int) -> str:
    """A strength in words: "8-6-4-3-A low", or a pair, trips and so on."""
    kind, ranks = ace_to_five_class(strength)
    return f"{spelled(ranks)} low" if kind is Kind.HIGH_CARD else in_words(kind, ranks)


def ace_to_five_class(strength: int) -> tuple[Kind, str]:
    """The kind of a low hand, and its distinct ranks, the most significant first."""
    once, twice, thrice, four = (strength >> _BITS * n & _ALL for n in range(4))
    if four:
        return Kind.FOUR_OF_A_KIND, falling(four) + falling(once ^ four)
    if thrice:
        kind = Kind.FULL_HOUSE if twice ^ thrice else Kind.THREE_OF_A_KIND
        return kind, falling(thrice) + falling(once ^ thrice)
    if twice:
        kind = Kind.TWO_PAIR if twice.bit_count() == 2 else Kind.PAIR
        return kind, falling(twice) + falling(once ^ twice)
    return Kind.HIGH_CARD, falling(once)


def falling(ranks: int) -> str:
    """The ranks of a set, highest first."""
    return "".join(rank for rank in reversed(_RISING) if ranks >> _RISING.index(rank) & 1)


def _lowest_five(ranks: int) -> int:
    while ranks.bit_count() > 5:
        ranks ^= 1 << ranks.bit_length() - 1
    return ranks


def _paired(cards: Sequence[Card]) -> int:
    """The strength of cards with fewer than five ranks.

    The lowest hand has one card of each rank.  It is filled up to five with second cards of the
    lowest ranks, then with third and fourth cards.  The number has, from high to low bits: how many
    ranks are missing to five, then the sets of ranks with four, three, two and one card or more.
    So a pair comes before two pair, then three of a kind, a full house and four of a kind.
    """
    # The sets of ranks with at least one, two, three and four cards.
    layers = [0, 0, 0, 0]
    for card in cards:
        bit = RANK_BIT[card]
        layers[sum(1 for layer in layers if layer & bit)] |= bit
    wanted = 5 - layers[0].bit_count()
    strength = wanted << _BITS * 4 | layers[0]
    for times in (1, 2, 3):
        chosen = layers[times]
        while chosen.bit_count() > wanted:
            chosen ^= 1 << chosen.bit_length() - 1
        wanted -= chosen.bit_count()
        strength |= chosen << _BITS * times
    return strength
