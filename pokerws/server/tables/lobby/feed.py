"""The list of tables: a summary of each, and pages of it.  `watchers` are sent its changes."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from msgspec.structs import replace

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import TableId
from pokerws.messages import PAGE_SIZE, ListTables, TableFilter, Tables, TableSummary, Wire
from pokerws.server.clock import Clock
from pokerws.server.tables.lobby.list_cache import ListCache
from pokerws.server.tables.lobby.list_rows import Selection, TableRows
from pokerws.server.tables.lobby.list_watchers import ListWatchers
from pokerws.storage.store import GameRow


class _EncodedPage(NamedTuple):
    """Encoded tables, and the `after` of the next page."""

    tables: list[Any]
    next: int | None


class LobbyFeed:
    """All open tables of this server, oldest first.  Unlisted tables are not shown to clients."""

    def __init__(self, clock: Clock) -> None:
        self.rows = self._rows = TableRows()
        self._unlisted: dict[TableId, TableSummary] = {}
        self._pages = ListCache[_EncodedPage]()
        self.watchers = ListWatchers(self._rows, clock)
        # Called with each summary that may have changed, for other servers.
        self.on_noted: Callable[[TableSummary], None] | None = None

    def __contains__(self, table: TableId) -> bool:
        return table in self._unlisted or self._rows.get(table) is not None

    def __len__(self) -> int:
        return len(self._rows) + len(self._unlisted)

    def summaries(self) -> list[TableSummary]:
        """All listed tables, oldest first."""
        return [row.summary for row in self._rows]

    def answer(self, message: ListTables, wire: Wire) -> Tables:
        """The answer to `list_tables`, to be encoded with `wire`.

        Until the list changes, its tables are encoded once for all clients with the same request.
        """
        asked = (message.filter, message.after, message.limit)
        make = partial(self._page, wire, *asked)
        return Tables(message.id, *self._pages.get((wire, asked), self._rows.changes, make))

    def _page(
        self, wire: Wire, wanted: TableFilter | None, after: int | None, limit: int | None
    ) -> _EncodedPage:
        if wanted is None and after is None and limit is None:
            return _EncodedPage(wire.encode_part(self.summaries()), None)
        rows, more = self._rows.page(Selection(wanted), after or 0, limit or PAGE_SIZE)
        tables = wire.encode_part([row.summary for row in rows])
        return _EncodedPage(tables, rows[-1].number if more else None)

    def named(self, name: str) -> list[TableSummary]:
        """The tables of that name, oldest first."""
        return [summary for summary in self.summaries() if summary.name == name]

    def unused(self) -> set[TableId]:
        """Tables where no hand was played, without those whose hands are not listed."""
        known = (*self.summaries(), *self._unlisted.values())
        return {
            summary.table
            for summary in known
            if summary.hand_number == 0 and not summary.config.company.is_delayed
        }

    def note(self, summary: TableSummary) -> None:
        """Record a table's summary: the table is new, or may have changed or closed."""
        if self.on_noted is not None:
            self.on_noted(summary)
        if summary.config.hosting.unlisted:
            self._unlisted[summary.table] = summary
            if summary.status == "closed":
                del self._unlisted[summary.table]
            return
        if summary.config.company.is_delayed:
            # They would tell viewers without a seat what they are to see later.
            summary = replace(
                summary, hand_number=0, waiting_for=None, average_pot=0, hands_an_hour=0
            )
        row = self._rows.note(summary)
        if row is not None:
            self.watchers.note(row)

    def note_stored(self, game: GameRow, config: TableConfig) -> None:
        """Record a stored table, which is not in memory."""
        self.note(
            TableSummary(game.table, game.name, game.status, game.players, game.hand_number, config)
        )

    def close(self, table: TableId) -> None:
        """Remove a table that is closed or lost, if it is listed."""
        self._unlisted.pop(table, None)
        if (row := self._rows.get(table)) is not None:
            self.note(replace(row.summary, status="closed", players=0, bots=0, waiting_for=None))
