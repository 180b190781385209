"""The state of a table, as data; the rules are in `hand.py`, `table.py` and `blinds/`.

Only `apply` changes it.  The stored snapshot is these structs encoded, so their shape is a contract
with the database: new fields need a default.  Fields of seats with their default are left out,
which keeps the row of a full table small enough not to be moved out of line.
"""

from collections.abc import Sequence
from typing import Literal, NewType

from msgspec import Struct

from pokerws.game.cards import Card
from pokerws.game.config.table_config import TableConfig

TableId = NewType("TableId", str)
PlayerId = NewType("PlayerId", str)

# The ids of the server's own bots begin with it; no other player's does.
BOT_PREFIX = "bot_"

# The largest integer that JavaScript represents exactly, together with all smaller ones.
MAX_EXACT = 2**53 - 1

# `active` while hands are being played, `waiting` for players, `closed` for good.
TableStatus = Literal["waiting", "active", "closed"]
# Why a table was closed: nobody plays there any more, its stored state was not the newest, an
# operator or admin, or the host, asked for it, or its session is over.
CloseReason = Literal["abandoned", "overtaken", "operator", "session_over", "host"]


class SeatClock(Struct, frozen=True, gc=False):
    """What a seated player has of the clocks of the table.

    `bank_ms` is the time bank, while it runs as it was when it began.  `hands` are those dealt in
    since sitting down.  `protections` is how often a lost connection is still protected, and
    `lag_ms` how late actions may still be in all.
    """

    bank_ms: int = 0
    hands: int = 0
    protections: int = 0
    lag_ms: int = 0


# What a player will do by itself: sit out or leave before the next big blind, or leave after the
# hand.
Plan = Literal["", "sit_out_at_blind", "leave_at_blind", "leave_after_hand"]


class AutoBuy(Struct, frozen=True, omit_defaults=True):
    """Chips that the server adds between hands; 0 is never.

    A stack below `top_up_to` is filled up to that, an empty one to `rebuy_to`.  `left` is how many
    chips may still be added so, or None for any number.
    """

    top_up_to: int = 0
    rebuy_to: int = 0
    left: int | None = None


class Seat(Struct, omit_defaults=True):
    """A taken seat.

    `timeouts` counts turns in a row that timed out, `hands_missed` hands that started while the
    player was sitting out.  `owes_blind` is set while the player must post a big blind to be dealt
    in, as every new player must; `owes_small` while a dead small blind is owed too.  A `leaving`
    player is stood up when the hand is over.  With `straddle` the player straddles where it is
    possible; `run_it` is the maximum number of boards that the player agrees to.  A player who has
    `played` was dealt in at this table, now or before leaving within the hour, so that a blind
    still owed is a missed one.  There is a `clock` if the table's clocks have more than time for a
    turn.  A `bot` is one of the server's own; only the server says so.  With `auto_muck`, a hand
    that loses at the showdown is mucked where that is allowed; without it, it is shown.  A player
    who `posts` has asked to post the owed blind from the next hand on; otherwise the player waits
    until the big blind comes.  `plan` is what the player will do by itself, and `auto` the chips
    that are added by themselves.
    """

    player: PlayerId
    name: str
    stack: int
    sitting_out: bool = False
    leaving: bool = False
    timeouts: int = 0
    owes_blind: bool = True
    hands_missed: int = 0
    owes_small: bool = False
    straddle: bool = False
    run_it: int = 1
    played: bool = False
    clock: SeatClock | None = None
    bot: bool = False
    auto_muck: bool = True
    posts: bool = False
    plan: Plan = ""
    auto: AutoBuy | None = None

    @property
    def is_away(self) -> bool:
        """Whether the player let a turn time out and has not acted since."""
        return self.timeouts > 0


class WantedBot(Struct, frozen=True):
    """A bot that the host wants at the table, whether or not it has a seat now.

    `style` is a value of `hosting.bots.BotStyle`.  A client accepts any text, since a newer server
    may have other styles.
    """

    player: PlayerId
    name: str
    style: str


class Waiter(Struct, frozen=True, omit_defaults=True):
    """A player on the waiting list; `seat` is reserved for the player until `until_ms`, if any."""

    player: PlayerId
    name: str
    seat: int | None = None
    until_ms: int = 0


class Departure(Struct, frozen=True, omit_defaults=True):
    """What a player who left owes on coming back before `until_ms`, to any seat.

    The player brings back `stack` chips, but not more than the maximum buy-in, and posts both
    blinds to be dealt in if `owes_blinds`.
    """

    player: PlayerId
    stack: int
    until_ms: int
    owes_blinds: bool = False


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


class SeatRequest(Struct, frozen=True):
    """A player who asks for a seat, and means to buy in for `buy_in`."""

    player: PlayerId
    name: str
    buy_in: int


class BankLine(Struct, frozen=True, omit_defaults=True):
    """The chips that a player got from the table's bank, and those that came back to it."""

    player: PlayerId
    name: str
    given: int
    returned: int = 0


class Hosting(Struct, frozen=True, omit_defaults=True):
    """What the host has decided, and is asked for.

    While it is `paused` no hand starts.  `next_config` becomes the config when the hand is over.
    The players in `requests` wait for an answer; those in `approved` may sit down, and those in
    `banned` may not.  `bank` has a line for each player, if the table has a bank.  `link` is
    the number of the link that is valid, which the secret of an unlisted table is made from.
    `first_config` is the one with which the table was opened, if it has another one now.
    """

    paused: bool = False
    next_config: TableConfig | None = None
    requests: tuple[SeatRequest, ...] = ()
    approved: tuple[PlayerId, ...] = ()
    banned: tuple[PlayerId, ...] = ()
    bank: tuple[BankLine, ...] = ()
    link: int = 0
    first_config: TableConfig | None = None


class Table(Struct):
    """A table: its seats, the hand in play, and what is kept between hands.

    `seq` counts all events of the table and `turns` its turns.  `button`, `small_blind` and
    `big_blind` are the positions of the latest hand; their seats may be free by now.
    `next_hand_at_ms` is set while a hand is scheduled.  A `closed` table stays empty for good.
    `departed` are the players who left within the hour, in the order in which they left, and
    `waiting` those on the waiting list, the first one first.  `host` is
    the player who opened the table, or to whom the role was handed over.  `bots` are those that the
    host wants.  `extras` is the state of extra rules.
    """

    id: TableId
    name: str
    config: TableConfig
    seq: int = 0
    seats: list[Seat | None] = []
    hand_number: int = 0
    turns: int = 0
    button: int | None = None
    small_blind: int | None = None
    big_blind: int | None = None
    hand: Hand | None = None
    next_hand_at_ms: int | None = None
    closed: bool = False
    last_hand: LastHand | None = None
    # Set if the table's variant is a mix, from its first hand on.
    game: Game | None = None
    departed: list[Departure] = []
    bots: list[WantedBot] = []
    # None until an extra rule has something to remember.
    extras: Extras | None = None
    # None for the server's own tables.
    host: PlayerId | None = None
    hosting: Hosting = Hosting()
    waiting: list[Waiter] = []

    @property
    def deadline_ms(self) -> int | None:
        """When `TimeUp` is due, or None if no clock is running."""
        if self.hand is not None and self.hand.turn is not None:
            return self.hand.turn.deadline_ms
        if self.next_hand_at_ms is None and self.extras is not None and self.hand is None:
            # A table that waits for players closes when its session is over.
            return None if self.closed else self.extras.ends_at_ms or None
        return self.next_hand_at_ms

    @property
    def total_pot(self) -> int:
        """The chips of the hand in play that are in no stack."""
        if self.hand is None:
            return 0
        bets = antes = 0
        for seat in self.hand.seats:
            if seat is not None:
                bets += seat.bet
                antes += seat.in_pots
        if self.hand.pots:
            for pot in self.hand.pots:
                bets += pot.amount
            return bets
        return bets + antes + self.hand.dead

    @property
    def chips(self) -> int:
        """All chips at the table: the stacks, and those of the hand in play."""
        return self.total_pot + sum(seat.stack for seat in self.seats if seat is not None)

    @property
    def status(self) -> TableStatus:
        """The status, as it is stored and listed."""
        if self.closed:
            return "closed"
        if self.hand is not None or self.next_hand_at_ms is not None:
            return "active"
        return "waiting"

    @property
    def players(self) -> int:
        """The number of taken seats."""
        return len(self.seats) - self.seats.count(None)

    @property
    def seated_bots(self) -> int:
        """The number of seats with bots."""
        return sum(seat is not None and seat.bot for seat in self.seats)

    def departure_of(self, player: PlayerId, now_ms: int) -> Departure | None:
        """What a player who left still owes on coming back."""
        for gone in self.departed:
            if gone.player == player and gone.until_ms > now_ms:
                return gone
        return None

    def waiter(self, player: PlayerId) -> Waiter | None:
        """The player's place on the waiting list."""
        return next((one for one in self.waiting if one.player == player), None)

    def seat_of(self, player: PlayerId) -> int | None:
        """The number of the player's seat, or None."""
        for number, seat in enumerate(self.seats):
            if seat is not None and seat.player == player:
                return number
        return None
