"""Commands about seats: taking one, waiting for one, chips, sitting out and leaving."""

from typing import Literal

from pokerws.client.commands.extras import ExtraCommand
from pokerws.client.commands.hosting import HostMessage
from pokerws.client.errors import NotUnderstood
from pokerws.client.link import Link
from pokerws.client.watches import Watches
from pokerws.game.commands import Entry
from pokerws.game.state import TableId
from pokerws.messages import (
    Accepted,
    Act,
    AddBot,
    AddChips,
    AutoChips,
    Chat,
    ChooseGame,
    JoinWaitingList,
    LeaveWaitingList,
    PostBlind,
    QuickSeat,
    RemoveBot,
    RunIt,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Stay,
    Straddle,
    TableFilter,
    UseTimeBank,
    Waiting,
)

# Commands to one table.
OfTable = (
    Sit
    | Stand
    | SitOut
    | SitIn
    | AddChips
    | Act
    | Straddle
    | RunIt
    | ChooseGame
    | Chat
    | Show
    | PostBlind
    | Stay
    | AutoChips
    | UseTimeBank
    | AddBot
    | RemoveBot
    | ExtraCommand
    | HostMessage
)


class SeatCommands:
    """The part of a client for seats.

    `waiting` has the player's places on waiting lists, by table; that of waiting with a filter is
    under None.
    """

    def __init__(self, link: Link, watches: Watches) -> None:
        self._link = link
        self._watches = watches
        self.waiting: dict[TableId | None, Waiting] = {}

    async def sit(
        self, table: TableId, buy_in: int, seat: int | None = None, entry: Entry = "wait"
    ) -> Accepted:
        """Take `seat`, or any free one for None, with `buy_in` chips.

        Where blinds are owed, wait for the big blind, or `post` them as soon as possible.
        """
        return await self._ask_table(
            Sit(self._link.new_id(), table, buy_in, seat, self._watches.keys.get(table), entry)
        )

    async def stand(
        self, table: TableId, when: Literal["now", "hand", "next_big_blind"] = "now"
    ) -> Accepted:
        """Leave the seat: now, after this hand, or before the next big blind.

        A player who leaves now while in a hand leaves at its end, and folds in it.
        """
        return await self._ask_table(Stand(self._link.new_id(), table, when))

    async def sit_out(
        self, table: TableId, when: Literal["now", "next_big_blind"] = "now"
    ) -> Accepted:
        """Be dealt no further hands."""
        return await self._ask_table(SitOut(self._link.new_id(), table, when))

    async def sit_in(self, table: TableId, entry: Entry = "wait") -> Accepted:
        """Be dealt in again; `entry` is that of `sit`."""
        return await self._ask_table(SitIn(self._link.new_id(), table, entry))

    async def stay(self, table: TableId) -> Accepted:
        """Drop what was asked for later: to leave, or to sit out at the next big blind."""
        return await self._ask_table(Stay(self._link.new_id(), table))

    async def post_blind(self, table: TableId, *, on: bool = True) -> Accepted:
        """Post the owed blind from the next hand on, or wait for the big blind."""
        return await self._ask_table(PostBlind(self._link.new_id(), table, on))

    async def add_chips(self, table: TableId, amount: int | None = None) -> Accepted:
        """Add `amount` chips to the stack, while not in a hand; None for as many as possible."""
        return await self._ask_table(AddChips(self._link.new_id(), table, amount))

    async def auto_chips(
        self, table: TableId, *, top_up_to: int = 0, rebuy_to: int = 0, at_most: int | None = None
    ) -> Accepted:
        """Have chips added between hands, `at_most` in all; without amounts, no more."""
        message = AutoChips(self._link.new_id(), table, top_up_to, rebuy_to, at_most)
        return await self._ask_table(message)

    async def join_waiting_list(
        self, table: TableId | None = None, wanted: TableFilter | None = None
    ) -> Accepted:
        """Wait for a seat at a full table, or at any that meets a filter; see `waiting`.

        The server forgets who waits with a filter when it restarts.
        """
        key = None if table is None else self._watches.keys.get(table)
        message = JoinWaitingList(self._link.new_id(), table, wanted, key)
        return await self._reached(await self._link.ask(message, Accepted), table)

    async def leave_waiting_list(self, table: TableId | None = None) -> Accepted:
        """Wait no more at a table, or with the filter."""
        message = LeaveWaitingList(self._link.new_id(), table)
        return await self._reached(await self._link.ask(message, Accepted), table)

    async def quick_seat(
        self, buy_in: int, wanted: TableFilter | None = None, entry: Entry = "wait"
    ) -> TableId:
        """Take a seat at the fullest table that meets a filter; returns the table."""
        accepted = await self._link.ask(QuickSeat(self._link.new_id(), wanted), Accepted)
        if accepted.table is None:
            raise NotUnderstood("a seat was reserved, but the answer has no table id")
        await self.sit(accepted.table, buy_in, entry=entry)
        return accepted.table

    async def _ask_table(self, message: OfTable) -> Accepted:
        return await self._reached(await self._link.ask(message, Accepted), message.table)

    async def _reached(self, accepted: Accepted, table: TableId | None) -> Accepted:
        """Wait until the view of a watched table shows what was accepted."""
        view = None if table is None else self._watches.views.get(table)
        if accepted.seq is not None and view is not None:
            await view.reached(accepted.seq)
        return accepted

    def _take_place(self, message: Waiting) -> None:
        if message.place:
            self.waiting[message.table] = message
        else:
            self.waiting.pop(message.table, None)
