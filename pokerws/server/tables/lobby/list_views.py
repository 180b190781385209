"""Views of the lobby: the tables that their watchers have, and how these change.

Watchers of the same tables share one view, so a change is found and encoded once for all of them.
A view sends nothing itself.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple, Protocol

from pokerws.messages import Lobby as LobbyMessage
from pokerws.messages import TableSummary
from pokerws.server.tables.interfaces import Viewer
from pokerws.server.tables.lobby.list_rows import Selection, TableRow, TableRows

_number = attrgetter("number")


class ViewKey(NamedTuple):
    """What a view shows: the oldest `limit` tables of a selection."""

    selection: Selection
    limit: int


class Seen(NamedTuple):
    """The changes of the list that a view has: those of hand numbers alone, and the others."""

    hands: int
    news: int


class View(Protocol):
    """Watchers of the same tables.  `seen` is the state that they have."""

    watchers: set[Viewer]
    seen: Seen

    @property
    def is_droppable(self) -> bool:
        """Whether a slow watcher may get the first message again, in place of others."""

    def first(self) -> LobbyMessage:
        """All of the view, for a new watcher."""

    def update(self, news: Sequence[TableRow], now: Seen) -> LobbyMessage | None:
        """The changes since `seen`, which is `now` afterwards; None if there are none.

        `news` are the rows with changes besides their hand numbers, and closed ones.
        """


class Window:
    """The oldest `limit` tables of a selection.

    `_edge` is the number of the last row if there were others behind it, else None.  All rows of
    the selection up to the edge are in the window.
    """

    is_droppable = True

    def __init__(self, rows: TableRows, key: ViewKey, seen: Seen) -> None:
        self.watchers: set[Viewer] = set()
        self.seen = seen
        self._rows = rows
        self._key = key
        self._window: dict[int, TableRow] = {}
        self._edge: int | None = 0
        self._fill()

    def first(self) -> LobbyMessage:
        """Part of `View`."""
        rows = sorted(self._window.values(), key=_number)
        # A row that has closed since the last update leaves the window with the next one.
        tables = [row.summary for row in rows if row.is_open]
        return LobbyMessage(tables, reset=True, more=self._edge is not None)

    def update(self, news: Sequence[TableRow], now: Seen) -> LobbyMessage | None:
        """Part of `View`."""
        seen, self.seen, had = self.seen, now, dict(self._window)
        more = self._edge is not None
        for row in news:
            self._place(row)
        if len(self._window) < self._key.limit:
            self._fill()
        entered = sorted(self._window.keys() - had.keys())
        message = LobbyMessage(
            [self._window[number].summary for number in entered],
            [
                row.change(seen.news)
                for number, row in self._window.items()
                if number in had and _is_newer(row, seen, now)
            ],
            [row.summary.table for number, row in had.items() if number not in self._window],
            more=self._edge is not None,
        )
        is_same = not (message.tables or message.changes or message.left)
        return None if is_same and message.more == more else message

    def _place(self, row: TableRow) -> None:
        """Take a row into the window, or out of it."""
        if not self._key.selection.has(row):
            self._window.pop(row.number, None)
        elif self._edge is None or row.number <= self._edge:
            self._window[row.number] = row
            self._cut()

    def _cut(self) -> None:
        if len(self._window) > self._key.limit:
            del self._window[max(self._window)]
            self._edge = max(self._window)

    def _fill(self) -> None:
        """Take rows from behind the edge."""
        if self._edge is None:
            return
        room = self._key.limit - len(self._window)
        found, more = self._rows.page(self._key.selection, self._edge, room)
        self._window.update((row.number, row) for row in found)
        self._edge = max(self._window, default=0) if more else None


class WholeList:
    """All tables, in the form of clients that do not ask for a part of them.

    They have no message that replaces others, so none can be dropped.
    """

    is_droppable = False

    def __init__(self, rows: TableRows, seen: Seen) -> None:
        self.watchers: set[Viewer] = set()
        self.seen = seen
        self._rows = rows

    def first(self) -> LobbyMessage:
        """Part of `View`."""
        return LobbyMessage([row.summary for row in self._rows])

    def update(self, news: Sequence[TableRow], now: Seen) -> LobbyMessage | None:
        """Part of `View`."""
        seen, self.seen = self.seen, now
        changed = _summaries(row for row in news if not row.is_open)
        changed += _summaries(row for row in self._rows if _is_newer(row, seen, now))
        return LobbyMessage(changed) if changed else None


def _is_newer(row: TableRow, seen: Seen, now: Seen) -> bool:
    return row.news > seen.news or seen.hands < row.changed <= now.hands


def _summaries(rows: Iterable[TableRow]) -> list[TableSummary]:
    return [row.summary for row in rows]
