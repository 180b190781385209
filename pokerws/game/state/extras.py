"""What extra rules remember."""

from msgspec import Struct

from pokerws.game.cards import Card


class Rabbit(Struct):
    """The board cards that would have come in the last hand.

    `streets` are the numbers of cards of the streets to come, on each of `boards`.  The seats in
    `agreed` have asked to see them.  When they are `shown`, it has a list for each board.
    """

    streets: list[int]
    boards: int = 1
    agreed: list[int] = []
    shown: list[list[Card]] = []
    # In dealing order, until they are shown.  Secret.
    cards: list[Card] = []


class StandUp(Struct):
    """A round of the stand-up game: the `seats` in it, and those still `standing`."""

    seats: list[int]
    standing: list[int]


class Extras(Struct, omit_defaults=True):
    """The state of a table's extra rules.

    The seats in `bomb_votes` voted for the next hand to be a bomb pot.  `stand_up` is set during a
    round of that game.  A timed session ends after `ends_at_ms`, milliseconds UTC.  Once it is
    known, `last_hand` is the number of the last hand before the table closes.
    """

    bomb_votes: list[int] = []
    stand_up: StandUp | None = None
    ends_at_ms: int = 0
    last_hand: int = 0
