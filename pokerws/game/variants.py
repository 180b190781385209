"""Variants as data: the streets of a game, its betting structure and how its hands rank.

A new variant needs an entry here and tests; no other module may depend on a variant's name.  Codes
are those of the Poker Hand History standard, or formed like them if it has none: structure (F, P
or N), game, `/8` for eight or better.
"""

from enum import StrEnum

from msgspec import Struct

from pokerws.game.cards import DECK, KUHN_DECK, SHORT_DECK, Card


class Betting(StrEnum):
    """The betting structure."""

    NO_LIMIT = "no_limit"
    POT_LIMIT = "pot_limit"
    FIXED_LIMIT = "fixed_limit"


class Forced(StrEnum):
    """The forced bets, which also determine who opens the betting."""

    # A small and a big blind; the player after the big blind opens, later the left of the button.
    BLINDS = "blinds"
    # Antes, and one blind by the button; the betting starts after the button.
    BUTTON_BLIND = "button_blind"
    # Antes alone; the left of the button opens.
    ANTES = "antes"
    # Antes; the lowest (in razz the highest) card showing posts the bring-in; later the best hand
    # showing opens.
    BRING_IN = "bring_in"


class Ranking(StrEnum):
    """Which hand wins."""

    HIGH = "high"
    # A flush beats a full house, and the ace is also below the six.
    SHORT_DECK = "short_deck"
    # The lowest five cards: the ace is low, straights and flushes do not count.
    ACE_TO_FIVE = "ace_to_five"
    # As before, but five different ranks of eight or less, otherwise there is no low hand.
    EIGHT_OR_BETTER = "eight_or_better"
    # The worst poker hand: the ace is high, straights and flushes count.
    DEUCE_TO_SEVEN = "deuce_to_seven"
    # As many cards as possible of different ranks and suits, then the lowest; the ace is low.
    BADUGI = "badugi"
    # The one card of Kuhn poker.
    HIGH_CARD = "high_card"


class Street(Struct, frozen=True):
    """One street: cards dealt or drawn at its start, then betting.  Counts are cards.

    `down` and `up` are dealt to each player, `board` to the board.  `draw` is how many cards a
    player may replace before the betting, `discard` how many each player discards after it.
    `big_bet` says that fixed-limit bets are the larger ones.  `open_pair` lets a player bet the
    larger amount as well when any hand shows a pair.
    """

    name: str
    down: int = 0
    up: int = 0
    board: int = 0
    draw: int = 0
    discard: int = 0
    big_bet: bool = False
    open_pair: bool = False


class Variant(Struct, frozen=True):
    """A game.

    `history_name` is its name in hand histories, without the betting structure.  `rankings` has
    one entry, or two if high and low split each pot.  `from_hole` is how many
    hole cards a hand must use, 0 for any number.  `low_opens` reverses the rules about face-up
    cards, as in razz.  `max_bets` limits the bets and raises of a fixed-limit street, the big blind
    included; with two players left it does not apply, unless `max_bets_always`.
    `standard` tells whether the Poker Hand History standard has the game, under this code.
    """

    code: str
    name: str
    history_name: str
    streets: tuple[Street, ...]
    betting: Betting
    rankings: tuple[Ranking, ...]
    max_seats: int
    forced: Forced = Forced.BLINDS
    deck: tuple[Card, ...] = DECK
    from_hole: int = 0
    low_opens: bool = False
    max_bets: int = 4
    max_bets_always: bool = False
    standard: bool = False

    @property
    def has_board(self) -> bool:
        """Whether the game has a board."""
        return any(street.board for street in self.streets)


def _board_game(down: int, discard_on: int | None = None) -> tuple[Street, ...]:
    """Hole cards, flop, turn and river; a card is discarded after street `discard_on`."""
    streets = (("preflop", down, 0), ("flop", 0, 3), ("turn", 0, 1), ("river", 0, 1))
    return tuple(
        Street(name, down, board=board, discard=int(index == discard_on), big_bet=index >= 2)
        for index, (name, down, board) in enumerate(streets)
    )


def _stud(*, open_pair: bool = False) -> tuple[Street, ...]:
    return (
        Street("third street", down=2, up=1),
        Street("fourth street", up=1, open_pair=open_pair),
        Street("fifth street", up=1, big_bet=True),
        Street("sixth street", up=1, big_bet=True),
        Street("seventh street", down=1, big_bet=True),
    )


def _draws(cards: int, draws: int) -> tuple[Street, ...]:
    """A deal and draws, with betting after each; fixed-limit bets double half-way."""
    names = ("draw",) if draws == 1 else ("first draw", "second draw", "third draw")
    later = (
        Street(names[index], draw=cards, big_bet=index >= draws // 2) for index in range(draws)
    )
    return (Street("deal", down=cards), *later)


_HOLDEM = _board_game(2)
_HIGH = (Ranking.HIGH,)
_HIGH_LOW = (Ranking.HIGH, Ranking.EIGHT_OR_BETTER)
_NO_LIMIT, _POT_LIMIT, _FIXED_LIMIT = Betting.NO_LIMIT, Betting.POT_LIMIT, Betting.FIXED_LIMIT


def _omaha(
    code: str,
    name: str,
    history_name: str,
    betting: Betting,
    rankings: tuple[Ranking, ...] = _HIGH,
    *,
    down: int = 4,
    standard: bool = False,
) -> Variant:
    seats = min(10, (len(DECK) - 5) // down)
    return Variant(
        code,
        name,
        history_name,
        _board_game(down),
        betting,
        rankings,
        seats,
        from_hole=2,
        standard=standard,
    )


_ALL = (
    Variant("NT", "No-limit hold'em", "Hold'em", _HOLDEM, _NO_LIMIT, _HIGH, 10, standard=True),
    Variant("PT", "Pot-limit hold'em", "Hold'em", _HOLDEM, _POT_LIMIT, _HIGH, 10),
    Variant(
        "FT", "Fixed-limit hold'em", "Hold'em", _HOLDEM, _FIXED_LIMIT, _HIGH, 10, standard=True
    ),
    Variant(
        "NS",
        "No-limit short deck hold'em",
        "6+ Hold'em",
        _HOLDEM,
        _NO_LIMIT,
        (Ranking.SHORT_DECK,),
        10,
        forced=Forced.BUTTON_BLIND,
        deck=SHORT_DECK,
        standard=True,
    ),
    _omaha("PO", "Pot-limit Omaha", "Omaha", _POT_LIMIT, standard=True),
    _omaha("NO", "No-limit Omaha", "Omaha", _NO_LIMIT),
    _omaha("FO", "Fixed-limit Omaha", "Omaha", _FIXED_LIMIT),
    _omaha(
        "FO/8",
        "Fixed-limit Omaha hi-lo 8 or better",
        "Omaha Hi/Lo",
        _FIXED_LIMIT,
        _HIGH_LOW,
        standard=True,
    ),
    _omaha("PO/8", "Pot-limit Omaha hi-lo 8 or better", "Omaha Hi/Lo", _POT_LIMIT, _HIGH_LOW),
    _omaha("NO/8", "No-limit Omaha hi-lo 8 or better", "Omaha Hi/Lo", _NO_LIMIT, _HIGH_LOW),
    _omaha("PO5", "Pot-limit five-card Omaha", "5 Card Omaha", _POT_LIMIT, down=5),
    _omaha("PO6", "Pot-limit six-card Omaha", "6 Card Omaha", _POT_LIMIT, down=6),
    _omaha("PO5/8", "Pot-limit Big O", "5 Card Omaha Hi/Lo", _POT_LIMIT, _HIGH_LOW, down=5),
    Variant(
        "NP", "No-limit pineapple", "Pineapple", _board_game(3, discard_on=0), _NO_LIMIT, _HIGH, 10
    ),
    Variant(
        "NCP",
        "No-limit crazy pineapple",
        "Crazy Pineapple",
        _board_game(3, discard_on=1),
        _NO_LIMIT,
        _HIGH,
        10,
    ),
    Variant(
        "F7S",
        "Fixed-limit seven card stud",
        "7 Card Stud",
        _stud(open_pair=True),
        _FIXED_LIMIT,
        _HIGH,
        8,
        forced=Forced.BRING_IN,
        standard=True,
    ),
    Variant(
        "F7S/8",
        "Fixed-limit seven card stud hi-lo 8 or better",
        "7 Card Stud Hi/Lo",
        _stud(),
        _FIXED_LIMIT,
        _HIGH_LOW,
        8,
        forced=Forced.BRING_IN,
        standard=True,
    ),
    Variant(
        "FR",
        "Fixed-limit razz",
        "Razz",
        _stud(),
        _FIXED_LIMIT,
        (Ranking.ACE_TO_FIVE,),
        8,
        forced=Forced.BRING_IN,
        low_opens=True,
        standard=True,
    ),
    Variant("N5D", "No-limit five card draw", "5 Card Draw", _draws(5, 1), _NO_LIMIT, _HIGH, 8),
    Variant("P5D", "Pot-limit five card draw", "5 Card Draw", _draws(5, 1), _POT_LIMIT, _HIGH, 8),
    Variant(
        "F5D", "Fixed-limit five card draw", "5 Card Draw", _draws(5, 1), _FIXED_LIMIT, _HIGH, 8
    ),
    Variant(
        "N2L1D",
        "No-limit 2-7 single draw",
        "Single Draw 2-7 Lowball",
        _draws(5, 1),
        _NO_LIMIT,
        (Ranking.DEUCE_TO_SEVEN,),
        8,
        standard=True,
    ),
    Variant(
        "F2L3D",
        "Fixed-limit 2-7 triple draw",
        "Triple Draw 2-7 Lowball",
        _draws(5, 3),
        _FIXED_LIMIT,
        (Ranking.DEUCE_TO_SEVEN,),
        7,
        standard=True,
    ),
    Variant(
        "FA5L3D",
        "Fixed-limit A-5 triple draw",
        "Triple Draw A-5 Lowball",
        _draws(5, 3),
        _FIXED_LIMIT,
        (Ranking.ACE_TO_FIVE,),
        7,
    ),
    Variant(
        "FB",
        "Fixed-limit badugi",
        "Badugi",
        _draws(4, 3),
        _FIXED_LIMIT,
        (Ranking.BADUGI,),
        8,
        standard=True,
    ),
    Variant(
        "FK",
        "Kuhn poker",
        "Kuhn Poker",
        (Street("deal", down=1),),
        _FIXED_LIMIT,
        (Ranking.HIGH_CARD,),
        2,
        forced=Forced.ANTES,
        deck=KUHN_DECK,
        max_bets=1,
        max_bets_always=True,
    ),
)

VARIANTS: dict[str, Variant] = {variant.code: variant for variant in _ALL}


class MixedGame(Struct, frozen=True):
    """Several variants in turn.  `games` are their codes; none if each table has its own.

    `history_name` is its name in hand histories, empty if it has none.
    """

    name: str
    history_name: str
    games: tuple[str, ...]


MIXES: dict[str, MixedGame] = {
    "HORSE": MixedGame("HORSE", "HORSE", ("FT", "FO/8", "FR", "F7S", "F7S/8")),
    "8-GAME": MixedGame(
        "8-game", "8-Game", ("F2L3D", "FT", "FO/8", "FR", "F7S", "F7S/8", "NT", "PO")
    ),
    "MIX": MixedGame("Mix", "", ()),
}
