"""Messages about seats: owed blinds, plans to leave, automatic chips, waiting for a seat."""

from pokerws.game.config.table_config import Chips, SomeChips
from pokerws.game.state import TableId
from pokerws.messages.fields import CommandId, Message, TableRef
from pokerws.messages.table_filter import TableFilter
from pokerws.messages.tables.hosting import LinkKey


class PostBlind(Message, frozen=True, tag="post_blind"):
    """Post the owed blind from the next hand on; with `on` false, wait for the big blind.

    A player between the button and the big blind is dealt in after that.
    """

    id: CommandId
    table: TableRef
    on: bool = True


class Stay(Message, frozen=True, tag="stay"):
    """Drop the player's plan to leave, or to sit out at the next big blind."""

    id: CommandId
    table: TableRef


class AutoChips(Message, frozen=True, tag="auto_chips"):
    """Have the server add chips from the account between hands, until the player leaves the seat.

    A stack below `top_up_to` is filled up to that, and an empty one to `rebuy_to`, with at most
    `at_most` chips in all.  Without `top_up_to` and `rebuy_to`, none are added.  If the account has
    too few, nothing is added, and the player gets a notice `auto_chips_failed`.
    """

    id: CommandId
    table: TableRef
    top_up_to: Chips = 0
    rebuy_to: Chips = 0
    at_most: SomeChips | None = None


class JoinWaitingList(Message, frozen=True, tag="join_waiting_list"):
    """Wait for a seat at a full `table`, or at any table that meets the `filter`.

    One of the two must be there.  The player gets `waiting` messages.  A seat that becomes free is
    reserved for the first connected player of the list.  A player can wait at any number of tables,
    and with one filter.  A restart of the server forgets the one with a filter.  `key` is as in
    `watch`.
    """

    id: CommandId
    table: TableRef | None = None
    filter: TableFilter | None = None
    key: LinkKey | None = None


class LeaveWaitingList(Message, frozen=True, tag="leave_waiting_list"):
    """Stop waiting at `table`, or without one, with the filter.  It gives up a reserved seat."""

    id: CommandId
    table: TableRef | None = None


class QuickSeat(Message, frozen=True, tag="quick_seat"):
    """Reserve a seat at the table with the most players that meets the `filter` and has one free.

    `accepted` has the `table`; take the seat with `sit`.  While a seat is reserved for the player,
    `quick_seat` answers with its table.
    """

    id: CommandId
    filter: TableFilter | None = None


class Waiting(Message, frozen=True, tag="waiting"):
    """The player's place on a waiting list: that of `table`, or that of waiting with a filter.

    `place` is 1 for the first player, and 0 for one who is not on the list any more.  `length` is
    that of a table's list.  `seat` is reserved for the player until `until_ms`, if there is one.
    The message is sent whenever this changes, and after `hello`.
    """

    place: int
    table: TableId | None = None
    length: int | None = None
    seat: int | None = None
    until_ms: int | None = None
