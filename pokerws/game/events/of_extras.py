"""Events of a table's extra rules: partial shows, rabbit hunts, votes, bonuses and sessions."""

from typing import Literal

from pokerws.game.cards import Card
from pokerws.game.events.base import Event
from pokerws.game.events.of_hand import Share


class PartShown(Event, frozen=True, tag="part_shown"):
    """A player showed some cards of the last hand, and not yet all.

    In `last_hand`, if `parts` is empty, it becomes one empty list per seat.  The `cards` are
    appended to that of the seat.  The `cards` of `last_hand` do not change.
    """

    hand: int
    seat: int
    cards: list[Card]


class RabbitAgreed(Event, frozen=True, tag="rabbit_agreed"):
    """A player asks to see the cards that would have come in the last hand.

    In the `rabbit` of `last_hand`, the seat is appended to `agreed`.
    """

    hand: int
    seat: int


class RabbitShown(Event, frozen=True, tag="rabbit_shown"):
    """The cards that would have come in the last hand: one list for each board.

    The `shown` of the `rabbit` of `last_hand` becomes `boards`.
    """

    hand: int
    boards: list[list[Card]]


class BombPotVoted(Event, frozen=True, tag="bomb_pot_voted"):
    """A player voted for the next hand to be a bomb pot, or took the vote back.

    The seat is appended to the `bomb_votes` of `extras`, or removed from them.  If `extras` is
    null, it first becomes a new one with defaults.
    """

    seat: int
    on: bool


class AutoMuckSet(Event, frozen=True, tag="auto_muck_set"):
    """The player mucks losing hands, or shows them.

    The seat's `auto_muck` becomes `on`.
    """

    seat: int
    on: bool


# Won with a seven and a deuce; lost by the last player standing.
Bonus = Literal["seven_deuce", "stand_up"]


class BonusPaid(Event, frozen=True, tag="bonus_paid"):
    """Players paid others outside of the pots.  `paid` and `received` have the same sum.

    A player with too few chips pays the whole stack.  A round of the stand-up game ends with this
    event, even if nobody is left to pay; then both lists are empty.

    The `stack` of each seat in `paid` shrinks by its `amount`, and that of each in `received` grows
    by it.  For a `bonus` of `stand_up`, the `stand_up` of `extras` becomes null.
    """

    bonus: Bonus
    paid: list[Share] = []
    received: list[Share] = []


class StandUpStarted(Event, frozen=True, tag="stand_up_started"):
    """A round of the stand-up game began; these seats are standing.

    The `stand_up` of `extras` becomes a new one, with `seats` for its `seats` and its `standing`.
    If `extras` is null, it first becomes a new one with defaults.
    """

    seats: list[int]


class StandUpWon(Event, frozen=True, tag="stand_up_won"):
    """These players won chips, and sit down in the stand-up game.

    The `seats` are removed from the `standing` of the `stand_up` of `extras`.
    """

    seats: list[int]


class SessionStarted(Event, frozen=True, tag="session_started"):
    """A timed session began; its last hand starts after `ends_at_ms`, milliseconds UTC.

    The `ends_at_ms` of `extras` becomes `ends_at_ms`.  If `extras` is null, it first becomes a new
    one with defaults.
    """

    ends_at_ms: int


class SessionEnding(Event, frozen=True, tag="session_ending"):
    """The table closes after hand number `last_hand`.

    The `last_hand` of `extras` becomes `last_hand`.  If `extras` is null, it first becomes a new
    one with defaults.
    """

    last_hand: int
