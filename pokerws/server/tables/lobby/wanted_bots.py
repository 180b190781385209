"""The tables in memory with wanted bots, and the limits of these bots.

It plays no bots: `pokerws/table_bots.py` does, and subscribes.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct

from pokerws.game.counted import counted
from pokerws.game.illegal import Details
from pokerws.game.state import Table, TableId
from pokerws.messages import Refused
from pokerws.server.tables.actor import TableActor

Changed = Callable[[TableId], None]


class BotLimits(Struct, frozen=True):
    """The maximum number of wanted bots, at a table and at all tables together."""

    per_table: int = 5
    per_server: int = 40


BOT_LIMITS = BotLimits()


class WantedBots:
    """The tables with bots that their hosts want; `actors` are the tables in memory."""

    def __init__(self, actors: Mapping[TableId, TableActor], limits: BotLimits) -> None:
        self.limits = limits
        self._actors = actors
        # The number of bots of each table that has any.
        self._counts: dict[TableId, int] = {}
        self._subscribers: list[Changed] = []

    def subscribe(self, changed: Changed) -> None:
        """Call `changed` for a table whose bots have changed, or that enters or leaves memory."""
        self._subscribers.append(changed)

    @property
    def actors(self) -> list[TableActor]:
        """The tables in memory whose hosts want bots."""
        return [self._actors[table] for table in self._counts if table in self._actors]

    def check_room(self, table: Table) -> None:
        """Raise Refused if the table, or the server, has the maximum number of bots."""
        cap = self.limits.per_table
        if len(table.bots) >= cap:
            text = f"a table may have {counted(cap, 'bot')}"
            raise Refused("bot_limit", text, Details(limit=cap, scope="table"))
        cap = self.limits.per_server
        if sum(self._counts.values()) >= cap:
            text = f"all tables together may have {counted(cap, 'bot')}"
            raise Refused("bot_limit", text, Details(limit=cap, scope="server"))

    def note(self, table: Table) -> None:
        """The bots of a table in memory have changed, or it has come into memory."""
        before = table.id in self._counts
        self._counts.pop(table.id, None)
        if table.bots:
            self._counts[table.id] = len(table.bots)
        if before or table.bots:
            self._notify(table.id)

    def left(self, table: TableId) -> None:
        """Forget a table that has left memory."""
        if self._counts.pop(table, 0):
            self._notify(table)

    def _notify(self, table: TableId) -> None:
        for changed in self._subscribers:
            changed(table)
