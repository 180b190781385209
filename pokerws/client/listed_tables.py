"""The list of tables as a client keeps it: read once, or kept up to date by `lobby` messages."""

from msgspec.structs import replace

from pokerws.client.errors import CommandRejected, NotUnderstood
from pokerws.client.link import Link
from pokerws.game.state import TableId
from pokerws.messages import (
    MAX_PAGE_SIZE,
    Accepted,
    ListTables,
    Lobby,
    TableFilter,
    Tables,
    TableSummary,
    UnwatchLobby,
    WatchLobby,
)
from pokerws.messages.capabilities import LISTS


class ListedTables:
    """Reads the list of tables, and keeps `tables` up to date while the lobby is watched."""

    def __init__(self, link: Link) -> None:
        self.tables: dict[TableId, TableSummary] = {}
        self._link = link
        # The subscription to renew after a reconnect.
        self._wanted: WatchLobby | None = None
        self._is_old = False

    async def all(self, wanted: TableFilter | None) -> list[TableSummary]:
        """All tables that meet a filter, oldest first.  They are read page by page."""
        if not self._knows_parts:
            self._check(is_plain=wanted is None)
            return (await self._link.ask(ListTables(self._link.new_id()), Tables)).tables
        tables: list[TableSummary] = []
        after: int | None = 0
        while after is not None:
            page = ListTables(self._link.new_id(), wanted, after, MAX_PAGE_SIZE)
            answer = await self._link.ask(page, Tables)
            tables += answer.tables
            after = answer.next
        return tables

    async def watch(self, wanted: TableFilter | None, limit: int | None) -> None:
        """Subscribe to the list, or replace the subscription."""
        self._check(is_plain=wanted is None and limit is None)
        before, self._wanted = self._wanted, WatchLobby("", wanted, limit)
        self._is_old = True
        try:
            await self._link.ask(replace(self._wanted, id=self._link.new_id()), Accepted)
        except CommandRejected:
            self._wanted = before
            raise

    async def unwatch(self) -> None:
        """Unsubscribe, and forget the tables."""
        self._check(is_plain=False)
        await self._link.ask(UnwatchLobby(self._link.new_id()), Accepted)
        self._wanted = None
        self.tables.clear()

    def connected(self) -> None:
        """Subscribe again on a new connection."""
        self._is_old = True
        if self._wanted is not None:
            self._link.tell(replace(self._wanted, id=self._link.new_id()))

    def take(self, message: Lobby) -> None:
        """Apply a message; after `unwatch` some may still be on their way."""
        if self._wanted is not None:
            apply_lobby(self.tables, message, is_first=self._is_old)
            self._is_old = False

    @property
    def _knows_parts(self) -> bool:
        return self._link.welcome is not None and LISTS in self._link.welcome.capabilities

    def _check(self, *, is_plain: bool) -> None:
        if not is_plain and not self._knows_parts:
            raise NotUnderstood("the server does not know parts of lists")


def apply_lobby(tables: dict[TableId, TableSummary], message: Lobby, *, is_first: bool) -> None:
    """Apply a message to the tables that the client has.

    The first message on a connection replaces them all, as does one with `reset`.
    """
    if is_first or message.reset:
        tables.clear()
    for table in message.left:
        tables.pop(table, None)
    tables.update((summary.table, summary) for summary in message.tables)
    for change in message.changes:
        if (known := tables.get(change.table)) is not None:
            tables[change.table] = replace(
                known,
                status=change.status,
                players=change.players,
                hand_number=change.hand_number,
                bots=change.bots,
                bots_waiting=change.bots_waiting,
                waiting_for=change.waiting_for,
                paused=change.paused,
                config=change.config or known.config,
            )
