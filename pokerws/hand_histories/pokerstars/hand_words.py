"""The value of a hand in the words of PokerStars: "a pair of Tens", "HI: …; LO: 8,6,5,3,2".

They differ from the product's own hand names, which `pokerws.game.ranks` makes.  Of an incomplete
hand, as one that is shown before the flop, PokerStars names what is there: "high card King".
"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from pokerws.game.cards import RANKS, UNKNOWN, Card
from pokerws.game.ranks import Kind, evaluator, hand_class
from pokerws.game.variants import Ranking, Variant

_NAMES = dict(
    zip(
        RANKS,
        "Deuce Three Four Five Six Seven Eight Nine Ten Jack Queen King Ace".split(),
        strict=True,
    )
)
# From the lowest to the highest card, where the ace is low.
_ACE_LOW = "A23456789TJQK"
# How many cards of each rank a kind has, most significant first; others have one.
_TIMES = {
    Kind.FOUR_OF_A_KIND: (4,),
    Kind.FULL_HOUSE: (3, 2),
    Kind.THREE_OF_A_KIND: (3,),
    Kind.TWO_PAIR: (2, 2),
    Kind.PAIR: (2,),
}


def hand_in_words(variant: Variant, held: Sequence[Card], board: Sequence[Card]) -> str:
    """The value of a hand, as a line of the showdown has it; empty if there is none."""
    if UNKNOWN in held or UNKNOWN in board:
        return ""
    words = [_value(variant, ranking, held, board) for ranking in variant.rankings]
    if len(words) == 2 and words[0]:
        return f"HI: {words[0]}; LO: {words[1]}" if words[1] else f"HI: {words[0]}"
    return words[0]


def with_article(words: str) -> str:
    """The same in the summary: "won (150) with a Badugi: 8,4,3,A"."""
    return f"a {words}" if words.startswith("Badugi") or "-card: " in words else words


def high_in_words(kind: Kind, ranks: str) -> str:
    """A high hand, from its kind and its different ranks, the most significant first."""
    first = ranks[0]
    match kind:
        case Kind.STRAIGHT_FLUSH if first == "A":
            return "a Royal Flush"
        case Kind.STRAIGHT_FLUSH | Kind.STRAIGHT:
            return f"a {kind}, {_NAMES[ranks[-1]]} to {_NAMES[first]}"
        case Kind.FLUSH:
            return f"a flush, {_NAMES[first]} high"
        case Kind.FULL_HOUSE:
            return f"a full house, {_plural(first)} full of {_plural(ranks[1])}"
        case Kind.FOUR_OF_A_KIND | Kind.THREE_OF_A_KIND:
            return f"{kind}, {_plural(first)}"
        case Kind.TWO_PAIR:
            return f"two pair, {_plural(first)} and {_plural(ranks[1])}"
        case Kind.PAIR:
            return f"a pair of {_plural(first)}"
        case Kind.HIGH_CARD:
            return f"high card {_NAMES[first]}"


def _value(variant: Variant, ranking: Ranking, held: Sequence[Card], board: Sequence[Card]) -> str:
    strength = evaluator(ranking, variant.from_hole)(held, board)
    kind_and_ranks = hand_class(ranking, strength) if strength is not None else None
    match ranking:
        case Ranking.EIGHT_OR_BETTER:
            return "" if kind_and_ranks is None else _listed(*kind_and_ranks)
        case Ranking.ACE_TO_FIVE:
            kind, ranks = kind_and_ranks or _part_of_a_hand(held, _ACE_LOW)
            return f"Lo: {_listed(kind, ranks)}" if ranks else ""
        case Ranking.DEUCE_TO_SEVEN:
            if kind_and_ranks is None:
                return ""
            kind, ranks = kind_and_ranks
            low = _listed(kind, ranks) if kind is Kind.HIGH_CARD else high_in_words(kind, ranks)
            return f"Lo: {low}"
        case Ranking.BADUGI:
            if kind_and_ranks is None:
                return ""
            ranks = kind_and_ranks[1]
            return f"{_badugi(len(ranks))}: {','.join(ranks)}"
        case Ranking.HIGH | Ranking.SHORT_DECK | Ranking.HIGH_CARD:
            kind, ranks = kind_and_ranks or _best_so_far(variant.from_hole, held, board)
            return high_in_words(kind, ranks) if ranks else ""


def _badugi(cards: int) -> str:
    return "Badugi" if cards == 4 else f"{cards}-card"


def _listed(kind: Kind, ranks: str) -> str:
    """The ranks of a low hand, those of pairs first: "8,6,5,3,2", "3,3,5,4"."""
    times = _TIMES.get(kind, ())
    ones = (1,) * (len(ranks) - len(times))
    listed = zip(ranks, (*times, *ones), strict=True)
    return ",".join(",".join(rank * count) for rank, count in listed)


def _best_so_far(from_hole: int, held: Sequence[Card], board: Sequence[Card]) -> tuple[Kind, str]:
    """The best high hand before all cards are there; no ranks if there are no cards."""
    if not from_hole:
        return _part_of_a_hand([*held, *board], RANKS)
    of_board = list(combinations(board, min(3, len(board))))
    hands = [[*own, *three] for own in combinations(held, from_hole) for three in of_board]
    if len(board) < 3:
        parts = [_part_of_a_hand(hand, RANKS) for hand in hands]
        return max(parts, key=_high_order, default=(Kind.HIGH_CARD, ""))
    strengths = [evaluator(Ranking.HIGH, 0)(hand, ()) for hand in hands]
    known = [strength for strength in strengths if strength is not None]
    return hand_class(Ranking.HIGH, min(known)) if known else (Kind.HIGH_CARD, "")


def _part_of_a_hand(cards: Sequence[Card], order: str) -> tuple[Kind, str]:
    """The kind and the ranks of fewer than five cards; `order` has the ranks from the lowest."""
    counted = Counter(card[0] for card in cards)
    ranks = sorted(counted, key=lambda rank: (counted[rank], order.index(rank)), reverse=True)
    groups = tuple(counted[rank] for rank in ranks if counted[rank] > 1)
    kind = next((kind for kind, times in _TIMES.items() if times == groups), Kind.HIGH_CARD)
    return kind, "".join(ranks)


def _high_order(hand: tuple[Kind, str]) -> tuple[int, list[int]]:
    kind, ranks = hand
    return -list(Kind).index(kind), [RANKS.index(rank) for rank in ranks]


def _plural(rank: str) -> str:
    name = _NAMES[rank]
    return name + ("es" if name == "Six" else "s")
