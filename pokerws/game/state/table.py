"""The table itself."""

from typing import Literal

from msgspec import Struct

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state.extras import Extras
from pokerws.game.state.hands import Game, Hand, LastHand
from pokerws.game.state.hosting import Hosting
from pokerws.game.state.ids import PlayerId, TableId
from pokerws.game.state.seats import Departure, Seat, Waiter, WantedBot

# The largest integer that JavaScript represents exactly, together with all smaller ones.
MAX_EXACT = 2**53 - 1

# `active` while hands are being played, `waiting` for players, `closed` for good.
TableStatus = Literal["waiting", "active", "closed"]
# Why a table was closed: nobody plays there any more, its stored state was not the newest, an
# operator or admin, or the host, asked for it, or its session is over.
CloseReason = Literal["abandoned", "overtaken", "operator", "session_over", "host"]


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
