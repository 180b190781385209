"""The variants as PokerKit would have them: its own games, and some made of the same parts."""

from collections.abc import Iterable
from typing import NamedTuple

from pokerkit import (
    BadugiHand,
    BettingStructure,
    Card,
    Deck,
    EightOrBetterLowHand,
    Hand,
    KuhnPokerHand,
    OmahaEightOrBetterLowHand,
    OmahaHoldemHand,
    Opening,
    RegularLowHand,
    ShortDeckHoldemHand,
    StandardHighHand,
    StandardLowHand,
    Street,
)

_NO_LIMIT = BettingStructure.NO_LIMIT
_POT_LIMIT = BettingStructure.POT_LIMIT
_FIXED_LIMIT = BettingStructure.FIXED_LIMIT

# At a showdown PokerKit asks for each hand many times, and again for each pot.
_MOST_KEPT = 256


class RankedOnce:
    """PokerKit's own ranking, which remembers."""

    def __init__(self, kind: type[Hand]) -> None:
        self.kind = kind
        self.known: dict[tuple[tuple[Card, ...], tuple[Card, ...]], Hand | None] = {}

    def from_game(self, hole_cards: Iterable[Card], board_cards: Iterable[Card] = ()) -> Hand:
        key = (tuple(hole_cards), tuple(board_cards))
        if key not in self.known:
            if len(self.known) >= _MOST_KEPT:
                self.known.clear()
            try:
                self.known[key] = self.kind.from_game(*key)
            except (KeyError, ValueError):
                self.known[key] = None
        hand = self.known[key]
        if hand is None:
            raise ValueError("there is no such hand")
        return hand


class Rules(NamedTuple):
    """A game: `deals` makes its streets of a small and a big bet.

    `down` and `up` are the first cards of each player.
    """

    betting: BettingStructure
    ranked: tuple[RankedOnce, ...]
    shape: str
    down: int
    up: int = 0
    deck: Deck = Deck.STANDARD

    def streets(self, small_bet: int, big_bet: int) -> tuple[Street, ...]:
        """Its streets.  A street of a limit game has a bet and three raises; a big blind is a bet
        already, which PokerKit's own games do not count.
        """
        cap = 4 if self.betting is _FIXED_LIMIT else None
        first_cap = 3 if self.betting is _FIXED_LIMIT else None
        rows: list[tuple[int, bool, bool]] = {
            "board": [(3, False, False), (1, False, True), (1, False, True)],
            "pineapple": [(3, True, False), (1, False, True), (1, False, True)],
            "crazy": [(3, False, False), (1, True, True), (1, False, True)],
            "draw": [(0, True, True)],
            "draws": [(0, True, False), (0, True, True), (0, True, True)],
            "deal": [],
        }.get(self.shape, [])
        if self.shape in ("stud", "razz"):
            return self._stud_streets(small_bet, big_bet)
        if self.shape == "deal":
            first_cap = 1
        down = (False,) * self.down
        return (
            Street(False, down, 0, False, Opening.POSITION, small_bet, first_cap),
            *(
                Street(True, (), board, draw, Opening.POSITION, big_bet if big else small_bet, cap)
                for board, draw, big in rows
            ),
        )

    def _stud_streets(self, small_bet: int, big_bet: int) -> tuple[Street, ...]:
        first, later = (
            (Opening.HIGH_CARD, Opening.LOW_HAND)
            if self.shape == "razz"
            else (Opening.LOW_CARD, Opening.HIGH_HAND)
        )
        return (
            Street(False, (False, False, True), 0, False, first, small_bet, 4),
            Street(True, (True,), 0, False, later, small_bet, 4),
            Street(True, (True,), 0, False, later, big_bet, 4),
            Street(True, (True,), 0, False, later, big_bet, 4),
            Street(True, (False,), 0, False, later, big_bet, 4),
        )


_HIGH = RankedOnce(StandardHighHand)
_OMAHA = RankedOnce(OmahaHoldemHand)
_OMAHA_LOW = RankedOnce(OmahaEightOrBetterLowHand)
_EIGHT = RankedOnce(EightOrBetterLowHand)
_DEUCE = RankedOnce(StandardLowHand)

GAMES: dict[str, Rules] = {
    "NT": Rules(_NO_LIMIT, (_HIGH,), "board", 2),
    "PT": Rules(_POT_LIMIT, (_HIGH,), "board", 2),
    "FT": Rules(_FIXED_LIMIT, (_HIGH,), "board", 2),
    "NS": Rules(
        _NO_LIMIT, (RankedOnce(ShortDeckHoldemHand),), "board", 2, deck=Deck.SHORT_DECK_HOLDEM
    ),
    "PO": Rules(_POT_LIMIT, (_OMAHA,), "board", 4),
    "NO": Rules(_NO_LIMIT, (_OMAHA,), "board", 4),
    "FO": Rules(_FIXED_LIMIT, (_OMAHA,), "board", 4),
    "FO/8": Rules(_FIXED_LIMIT, (_OMAHA, _OMAHA_LOW), "board", 4),
    "PO/8": Rules(_POT_LIMIT, (_OMAHA, _OMAHA_LOW), "board", 4),
    "NO/8": Rules(_NO_LIMIT, (_OMAHA, _OMAHA_LOW), "board", 4),
    "PO5": Rules(_POT_LIMIT, (_OMAHA,), "board", 5),
    "PO6": Rules(_POT_LIMIT, (_OMAHA,), "board", 6),
    "PO5/8": Rules(_POT_LIMIT, (_OMAHA, _OMAHA_LOW), "board", 5),
    # PokerKit has no pineapple: its players draw, and are then kept from getting a card.
    "NP": Rules(_NO_LIMIT, (_HIGH,), "pineapple", 3),
    "NCP": Rules(_NO_LIMIT, (_HIGH,), "crazy", 3),
    "F7S": Rules(_FIXED_LIMIT, (_HIGH,), "stud", 2, 1),
    "F7S/8": Rules(_FIXED_LIMIT, (_HIGH, _EIGHT), "stud", 2, 1),
    "FR": Rules(_FIXED_LIMIT, (RankedOnce(RegularLowHand),), "razz", 2, 1),
    "N5D": Rules(_NO_LIMIT, (_HIGH,), "draw", 5),
    "P5D": Rules(_POT_LIMIT, (_HIGH,), "draw", 5),
    "F5D": Rules(_FIXED_LIMIT, (_HIGH,), "draw", 5),
    "N2L1D": Rules(_NO_LIMIT, (_DEUCE,), "draw", 5),
    "F2L3D": Rules(_FIXED_LIMIT, (_DEUCE,), "draws", 5),
    "FA5L3D": Rules(_FIXED_LIMIT, (RankedOnce(RegularLowHand),), "draws", 5),
    "FB": Rules(_FIXED_LIMIT, (RankedOnce(BadugiHand),), "draws", 4),
    "FK": Rules(_FIXED_LIMIT, (RankedOnce(KuhnPokerHand),), "deal", 1, deck=Deck.KUHN_POKER),
}
