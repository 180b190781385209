"""Variants as data: the streets of a game, its betting structure and how its hands rank.

An entry here and its tests are all that a new variant needs; no other module may ask for a
variant by name.
"""

from enum import StrEnum

from msgspec import Struct


class Betting(StrEnum):
    """How large a bet may be."""

    NO_LIMIT = "no_limit"


class Ranking(StrEnum):
    """Which hand wins."""

    HIGH = "high"


class Street(Struct, frozen=True):
    """One round: the cards dealt at its start, then betting.  Counts are cards."""

    name: str
    down: int = 0
    board: int = 0


class Variant(Struct, frozen=True):
    """A game.  `code` is the variant's code in the Poker Hand History standard."""

    code: str
    name: str
    streets: tuple[Street, ...]
    betting: Betting
    ranking: Ranking
    max_seats: int


NO_LIMIT_HOLDEM = Variant(
    code="NT",
    name="No-limit hold'em",
    streets=(
        Street("preflop", down=2),
        Street("flop", board=3),
        Street("turn", board=1),
        Street("river", board=1),
    ),
    betting=Betting.NO_LIMIT,
    ranking=Ranking.HIGH,
    max_seats=10,
)

VARIANTS: dict[str, Variant] = {variant.code: variant for variant in (NO_LIMIT_HOLDEM,)}
