"""The tables that the server opened for its own bots, found by a mark, not by their name.

A player may open a table with any name and config, so neither shows which tables are the server's.
The mark is stored beside the table, and only this module sets it.
"""

import secrets
from collections.abc import Iterable

import structlog

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import TableId
from pokerws.messages import Refused
from pokerws.server.auth.confusables import skeleton
from pokerws.server.tables.lobby.feed import LobbyFeed
from pokerws.server.tables.lobby.table_registry import TableRegistry
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.store import GameRow, Store

log = structlog.get_logger("pokerws.server_tables")


class ServerTables:
    """The marked tables among those of a lobby; `store` keeps the marks."""

    def __init__(self, tables: TableRegistry, feed: LobbyFeed, store: Store) -> None:
        self._tables = tables
        self._feed = feed
        self._store = store
        # The skeletons of names that players may not give to their tables.
        self._reserved: set[str] = set()

    def reserve_names(self, names: Iterable[str]) -> None:
        """Let no player open a table with such a name, or one that looks like it."""
        self._reserved.update(map(skeleton, names))

    def check_name(self, name: str) -> None:
        """Raise Refused if a player may not open a table with that name."""
        if skeleton(name) in self._reserved:
            raise Refused("name_taken", "a table of the server has this name, or one like it")

    def note_stored(self, game: GameRow) -> None:
        """Record a stored table that is now listed."""
        if game.is_server_table:
            self.note(game.table, game.name)

    def note(self, table: TableId, name: str) -> None:
        """Record that a listed table is the server's own."""
        self.reserve_names([name])
        if (entry := self._tables.get(table)) is not None:
            entry.is_server_table = True

    def find(self, name: str, variant: str) -> TableId | None:
        """The oldest of the server's own tables of that name, with that variant or mix."""
        return next(
            (
                listed.table
                for listed in self._feed.named(name)
                if listed.config.variant == variant and self._is_marked(listed.table)
            ),
            None,
        )

    async def adopt(self, name: str, config: TableConfig) -> TableId | None:
        """Mark a table that an earlier version, which had no marks, opened for its bots.

        It has that name and exactly that config, and is older than the marks.  So it is the table
        that the server would open, even if a player opened it.
        """
        oldest = next((one for one in self._feed.named(name) if one.config == config), None)
        if oldest is None or self._is_marked(oldest.table):
            return None
        try:
            if not await self._store.adopt_table(oldest.table):
                return None
        except StoreUnavailable as error:
            log.warning("bot_table_not_marked", table=oldest.table, name=name, error=str(error))
            return None
        log.info("bot_table_adopted", table=oldest.table, name=name)
        self.note(oldest.table, name)
        return oldest.table

    async def mark_next(self, name: str) -> TableId:
        """The id of a table that is about to be opened, marked in the store beforehand.

        A crash in between leaves a mark without a table.  If the store is out of reach, the table
        is the server's until it restarts.
        """
        table = new_table_id()
        try:
            await self._store.mark_table(table)
        except StoreUnavailable as error:
            log.warning("bot_table_not_marked", table=table, name=name, error=str(error))
        return table

    def _is_marked(self, table: TableId) -> bool:
        entry = self._tables.get(table)
        return entry is not None and entry.is_server_table


def new_table_id() -> TableId:
    """An id for a new table."""
    return TableId(secrets.token_hex(6))
