"""Which cards a bot discards: pure rules of thumb that are always legal.

They depend on rankings, not variants, so that a new draw game needs nothing here unless it has a
new ranking.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from pokerws.client.strength import starting_points
from pokerws.game.cards import RANKS, Card
from pokerws.game.ranks import evaluator
from pokerws.game.ranks.high import high_class
from pokerws.game.ranks.words import Kind
from pokerws.game.variants import Ranking

# Hands of five cards that are kept as they are.
_PAT = frozenset(
    {Kind.STRAIGHT_FLUSH, Kind.FOUR_OF_A_KIND, Kind.FULL_HOUSE, Kind.FLUSH, Kind.STRAIGHT}
)
_HIGH = {rank: place for place, rank in enumerate(RANKS)}
_LOW = _HIGH | {"A": -1}
_LOWS = frozenset(
    {Ranking.ACE_TO_FIVE, Ranking.EIGHT_OR_BETTER, Ranking.DEUCE_TO_SEVEN, Ranking.BADUGI}
)
# The highest card of a pat low, of a pat low on the last draw, and of a low that is drawn to.
_PAT_LOW, _LAST_PAT_LOW, _DRAWING_LOW = _HIGH["9"], _HIGH["T"], _HIGH["8"]

_high_strength = evaluator(Ranking.HIGH, 0)


def discards_in_draw(ranking: Ranking, cards: Sequence[Card], *, is_last: bool) -> list[Card]:
    """The cards to discard in a draw, none to stand pat.  `is_last` is true in the last draw."""
    match ranking:
        case Ranking.HIGH:
            kept = _kept_high(cards)
        case Ranking.DEUCE_TO_SEVEN | Ranking.ACE_TO_FIVE | Ranking.EIGHT_OR_BETTER:
            kept = _kept_low(ranking, cards, is_last=is_last)
        case Ranking.BADUGI:
            kept = _kept_badugi(cards)
        case _:
            kept = list(cards)
    return [card for card in cards if card not in kept]


def discards_for_good(
    ranking: Ranking, from_hole: int, cards: Sequence[Card], board: Sequence[Card], count: int
) -> list[Card]:
    """The `count` cards to discard in pineapple, without replacement.

    The cards that are kept make the best hand with the board, or the best starting hand.
    """
    evaluate = evaluator(ranking, 0)

    def worth(kept: tuple[Card, ...]) -> tuple[int, ...]:
        parts = combinations(kept, from_hole or len(kept))
        made = [strength for part in parts if (strength := evaluate(part, board)) is not None]
        return (1, -min(made), *_start(ranking, kept)) if made else (0, 0, *_start(ranking, kept))

    kept = max(combinations(cards, len(cards) - count), key=worth)
    return [card for card in cards if card not in kept]


def _start(ranking: Ranking, kept: Sequence[Card]) -> tuple[int, int]:
    """The value of cards that do not make a hand yet; more is better."""
    places = _places(ranking)
    if ranking in _LOWS:
        distinct = {places[card[0]] for card in kept}
        return len(distinct), -sum(distinct)
    points = sum(starting_points(pair) for pair in combinations(kept, 2))
    return points, sum(places[card[0]] for card in kept)


def _places(ranking: Ranking) -> dict[str, int]:
    return _LOW if ranking in _LOWS and ranking is not Ranking.DEUCE_TO_SEVEN else _HIGH


def _kept_high(cards: Sequence[Card]) -> list[Card]:
    """The cards to keep for high: a made hand, else trips or pairs, else a draw.

    Draws are four cards to a flush or to an open-ended straight.  Without any of these, the two
    highest cards are kept.
    """
    made = _high_strength(cards, ())
    if made is not None and high_class(made)[0] in _PAT:
        return list(cards)
    counted = Counter(card[0] for card in cards)
    several = [card for card in cards if counted[card[0]] > 1]
    if several:
        return several
    for four in combinations(cards, 4):
        if len({card[1] for card in four}) == 1:
            return list(four)
    for four in combinations(cards, 4):
        places = sorted(_HIGH[card[0]] for card in four)
        if places[-1] - places[0] == 3 and places[-1] < _HIGH["A"]:
            return list(four)
    return sorted(cards, key=lambda card: _HIGH[card[0]])[-2:]


def _kept_low(ranking: Ranking, cards: Sequence[Card], *, is_last: bool) -> list[Card]:
    """The cards to keep for low: a pat hand, else low cards of different ranks.

    A pat hand is a nine low or better, or a ten low on the last draw.
    """
    places = _places(ranking)
    distinct = sorted({card[0]: card for card in cards}.values(), key=lambda c: places[c[0]])
    low = [card for card in distinct if places[card[0]] <= _DRAWING_LOW]
    if len(distinct) < 5:
        return low
    if ranking is Ranking.DEUCE_TO_SEVEN:
        made = _high_strength(cards, ())
        if made is not None and high_class(made)[0] in _PAT:
            # In deuce to seven, straights and flushes count against the hand.
            return [card for card in low if card != distinct[-1]]
    worst = _LAST_PAT_LOW if is_last else _PAT_LOW
    # In eight or better, a nine low does not qualify.
    is_pat = ranking is not Ranking.EIGHT_OR_BETTER and places[distinct[-1][0]] <= worst
    return distinct if is_pat else low


def _kept_badugi(cards: Sequence[Card]) -> list[Card]:
    """The cards to keep for badugi: a badugi, else the longest and lowest part of one.

    Of an incomplete badugi, only cards up to the eight are kept.
    """
    for size in range(len(cards), 0, -1):
        fit = [some for some in combinations(cards, size) if _is_rainbow(some)]
        if fit:
            best = min(fit, key=lambda some: sorted((_LOW[c[0]] for c in some), reverse=True))
            return [c for c in best if size == 4 or _LOW[c[0]] <= _DRAWING_LOW]
    return []


def _is_rainbow(cards: Sequence[Card]) -> bool:
    return len({c[0] for c in cards}) == len({c[1] for c in cards}) == len(cards)
