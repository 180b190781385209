"""Messages about coming to a table and going: owed blinds, automatic chips, waiting for a seat."""

from pokerws.game.config.table_config import Chips, SomeChips
from pokerws.game.state import TableId
from pokerws.messages.fields import CommandId, Message, TableRef
from pokerws.messages.table_filter import TableFilter
from pokerws.messages.tables.hosting import LinkKey


class PostBlind(Message, frozen=True, tag="post_blind"):
    """Post the owed blind from the next hand on; with `on` false, wait for the big blind.

    Nobody between the button and the blinds is dealt in all the same.
    """

    id: CommandId
    table: TableRef
    on: bool = True


class Stay(Message, frozen=True, tag="stay"):
    """Drop what was asked for later: to leave, or to sit out at the next big blind."""

    id: CommandId
    table: TableRef


class AutoChips(Message, frozen=True, tag="auto_chips"):
    """Have the server add chips from the account between hands, until the player leaves the seat.

    A stack below `top_up_to` is filled up to that, and an empty one to `rebuy_to`.  Together at
    most `at_most` chips are added so.  Without `top_up_to` and `rebuy_to`, none are.  If the
    account has too few, nothing is added, and the player gets a notice `auto_chips_failed`.
    """

    id: CommandId
    table: TableRef
    top_up_to: Chips = 0
    rebuy_to: Chips = 0
    at_most: SomeChips | None = None


class JoinWaitingList(Message, frozen=True, tag="join_waiting_list"):
    """Wait for a seat at a full `table`, or at any table that meets the `filter`.

    One of the two must be there.  The player gets `waiting` messages, and when a seat is free, it
    is reserved for the first one who is connected.  A player waits at any number of tables, and
    with one filter; that is forgotten when the server restarts.  `key` is as in `watch`.
    """

    id: CommandId
    table: TableRef | None = None
    filter: TableFilter | None = None
    key: LinkKey | None = None


class LeaveWaitingList(Message, frozen=True, tag="leave_waiting_list"):
    """Wait no more at `table`, or without one, with the filter.  A reserved seat is given up."""

    id: CommandId
    table: TableRef | None = None


class QuickSeat(Message, frozen=True, tag="quick_seat"):
    """Reserve a seat at the table with the most players that meets the `filter` and has one free.

    `accepted` has the `table`; take the seat with `sit`.  A player has one seat reserved so.
    """

    id: CommandId
    filter: TableFilter | None = None


class Waiting(Message, frozen=True, tag="waiting"):
    """The player's place on a waiting list: that of `table`, or of those who wait with a filter.

    `place` is 1 for the first one, and 0 if the player is on the list no more; `length` is that of
    a table's list.  `seat` is reserved for the player until `until_ms`, if there is one.  It is
    sent whenever it changes, and after `hello`.
    """

    place: int
    table: TableId | None = None
    length: int | None = None
    seat: int | None = None
    until_ms: int | None = None
