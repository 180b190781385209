"""The hand in play, and the last one."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from pokerws.game.cards import Card
from pokerws.game.state.extras import Rabbit


class HandSeat(Struct, omit_defaults=True):
    """One player's part in a hand.

    `cards` are hidden, `up` lie face up.  `bet` are the chips bet on this street, `in_pots` those
    of earlier streets and antes, `dead` those that nobody has to match.  `acted_to` is the bet to
    match after the player's last action on this street, including that player's raise, or None
    before the first action.  `drew` is the number of cards of the last draw, or None before the
    first draw.
    """

    cards: list[Card] = []
    bet: int = 0
    in_pots: int = 0
    acted_to: int | None = None
    folded: bool = False
    shown: bool = False
    mucked: bool = False
    up: list[Card] = []
    dead: int = 0
    drew: int | None = None


class Pot(Struct):
    """A main or side pot: its chips and the seats that can win it, in order from the button."""

    amount: int
    seats: list[int]


class FixedLimit(Struct, frozen=True, gc=False):
    """A fixed-limit street: the number of `bets` and raises; the last full one was to `full_bet`.

    The next one is to `full_bet` plus `size`; none is allowed if `size` is 0.
    """

    bets: int
    full_bet: int
    size: int


# Which time of a turn runs: its own, the player's time bank, or that of a lost connection.
TurnTime = Literal["turn", "bank", "protection"]


class Turn(Struct, frozen=True, omit_defaults=True, gc=False):
    """A turn: the seat that is to act, and what is legal.

    `number` counts the table's turns, so that a late answer never matches another turn.  `actions`
    are the legal ones.  `call` is what a call adds, 0 if it is not legal.  `min_to` and `max_to`
    bound a bet or raise, as the total for the street; 0 if neither is legal.  They are equal if
    the stack is too small for a full raise: then only all-in is legal.  If there are `sizes`, only
    those totals are legal.  In a draw, `discard_min` and `discard_max` bound the number of cards
    to discard.  `time` is what runs until `deadline_ms`: the time of the turn, the player's time
    bank, or the protection of a lost connection.
    """

    seat: int
    number: int
    # Values of `commands.Action`.  A client accepts any text, since a newer server may add actions.
    actions: Sequence[str]
    call: int
    min_to: int
    max_to: int
    started_ms: int
    deadline_ms: int
    sizes: list[int] = []
    discard_min: int = 0
    discard_max: int = 0
    time: TurnTime = "turn"


class Hand(Struct, omit_defaults=True):
    """A hand in play.  `seats` has one entry per seat of the table, None for those not dealt in.

    `order` lists the dealt-in seats from the left of the button.  `bet` is the bet to match on this
    street and `min_raise` the smallest full raise.  `aggressor` bet or raised last on this street.
    `last_actor` acted last or posted the big blind; the seat after it acts next.  It is None at the
    start of a street; then `opener` acts first, or the first in `order` if that is None.  `dead`
    are chips that nobody has to match.  `limit` is set in fixed-limit games, where `min_raise` has
    no meaning.  The seats in `drawing` have still to draw or discard, in that order.  `discards`
    are the cards that each seat discarded.  `extra_boards` are the whole second and third board,
    if there are several.
    """

    number: int
    order: list[int]
    seats: list[HandSeat | None]
    # The cards still to come, in dealing order.  Secret.
    deck: list[Card]
    min_bet: int
    street: int = 0
    board: list[Card] = []
    bet: int = 0
    min_raise: int = 0
    aggressor: int | None = None
    last_actor: int | None = None
    dead: int = 0
    pots: list[Pot] = []
    turn: Turn | None = None
    variant: str = "NT"
    opener: int | None = None
    limit: FixedLimit | None = None
    drawing: list[int] = []
    # Secret.
    discards: list[list[Card]] = []
    extra_boards: list[list[Card]] = []
    bomb_pot: bool = False


class Game(Struct):
    """The current game of a mix, and how many hands of it are left.

    `chooser` is the seat that may choose the game of the next hand, if any.
    """

    variant: str
    hands_left: int
    chooser: int | None = None


class LastHand(Struct):
    """The hole cards of the last hand, which can still be shown until the next hand starts.

    `cards` has one list per seat of the table: the hole cards that were not shown during the hand,
    if their player is still seated; otherwise empty.  The seats in `shown` have shown theirs since;
    each player also sees their own.  If all cards were shown, there is no last hand.

    `parts` has one list per seat, or is empty: the cards that a seat has shown of several.
    `rabbit` is set if the table has rabbit hunts and the board was not complete.  `claimant` is the
    seat that won without showing, and may claim a bonus for its cards by showing them.
    """

    number: int
    cards: list[list[Card]]
    shown: list[int] = []
    parts: list[list[Card]] = []
    rabbit: Rabbit | None = None
    claimant: int | None = None
