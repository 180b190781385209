"""The list of tables that clients follow: a summary of each, and who is told when one changes.

Changes are gathered over a moment, so that a busy server does not send a message a hand.  What is
in memory, and what goes on at a table, is not known here.
"""

import asyncio
from collections.abc import KeysView

from msgspec.structs import replace

from pokerws.game.state import TableId
from pokerws.messages import Broadcast, TableSummary
from pokerws.messages import Lobby as LobbyMessage
from pokerws.server.tables.interfaces import Viewer

# Changes of the list are gathered for this long.
GATHER_S = 0.25


class TableList:
    """All open tables of this server, oldest first, and the viewers who follow them."""

    def __init__(self) -> None:
        self._summaries: dict[TableId, TableSummary] = {}
        self._subscribers: set[Viewer] = set()
        self._changed: dict[TableId, TableSummary] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __contains__(self, table: TableId) -> bool:
        return table in self._summaries

    @property
    def ids(self) -> KeysView[TableId]:
        """Those of all tables."""
        return self._summaries.keys()

    def summaries(self) -> list[TableSummary]:
        """All tables, oldest first."""
        return list(self._summaries.values())

    def find(self, name: str, variant: str) -> TableId | None:
        """The oldest table of that name where that variant, or mix, is played."""
        found = (s for s in self._summaries.values() if s.name == name)
        return next((s.table for s in found if s.config.variant == variant), None)

    def unused(self) -> set[TableId]:
        """Tables where nobody has played or sits."""
        listed = self._summaries.values()
        return {summary.table for summary in listed if summary.hand_number == summary.players == 0}

    def note(self, summary: TableSummary) -> None:
        """What a table is like now: a new one, or one that may have changed or closed."""
        table = summary.table
        if self._summaries.get(table) == summary:
            return
        self._changed[table] = summary
        if summary.status == "closed":
            self._summaries.pop(table, None)
        else:
            self._summaries[table] = summary
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER_S, self.tell)

    def close(self, table: TableId) -> None:
        """A table is closed, or lost, if it was there."""
        if table in self._summaries:
            self.note(replace(self._summaries[table], status="closed", players=0))

    def subscribe(self, viewer: Viewer) -> None:
        """Send the list, and from now on what changes in it; once for each viewer."""
        if viewer in self._subscribers:
            return
        self._subscribers.add(viewer)
        viewer.tell(viewer.wire.encode(LobbyMessage(self.summaries())))

    def forget(self, viewer: Viewer) -> None:
        """A connection has ended."""
        self._subscribers.discard(viewer)

    def tell(self) -> None:
        """Tell the subscribers of what has changed by now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        changed = list(self._changed.values())
        self._changed.clear()
        news = Broadcast(LobbyMessage(changed))
        for viewer in list(self._subscribers):
            viewer.tell(news.on(viewer.wire))

    def stop(self) -> None:
        """Tell nobody any more."""
        if self._timer is not None:
            self._timer.cancel()
