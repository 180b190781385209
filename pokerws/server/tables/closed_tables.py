"""The tables that were closed since the server started, so that it can say so.

Of a closed table only the last state is kept, which tells who may know of it.
"""

from collections import OrderedDict
from collections.abc import Callable

from pokerws.game.state import Table, TableId

# The latest ones: some 10 kB each at most.
MAX_CLOSED = 500


class ClosedTables:
    """The latest closed tables.  `tell` is called with each table that is gone, closed or lost."""

    def __init__(self) -> None:
        self.tell: Callable[[TableId], None] = lambda _: None
        self._tables: OrderedDict[TableId, Table] = OrderedDict()

    def get(self, table: TableId) -> Table | None:
        """The last state of a closed table, if it is known."""
        return self._tables.get(table)

    def note(self, table: TableId, state: Table | None) -> None:
        """Note a table that is gone, with its last state if it was in memory."""
        self.tell(table)
        if state is not None and state.closed:
            self._tables[table] = state
            if len(self._tables) > MAX_CLOSED:
                self._tables.popitem(last=False)
