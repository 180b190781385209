"""The latest lines of chat at each table: the contract of their store."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from pokerws.game.state import PlayerId, TableId

# The lines of a table that are kept.
MAX_TABLE_LINES = 200


class StoredLine(NamedTuple):
    """A line of chat.  `number` gives the order at its table, and is about when it was said.

    Viewers who see the table late may see it from `public_ms` and from `public_hand` on.
    """

    table: TableId
    number: int
    player: PlayerId
    name: str
    text: str
    at_ms: int
    public_ms: int
    public_hand: int = 0


class StoredChat(Protocol):
    """Keeps lines.  Every method raises StoreUnavailable if the store is out of reach."""

    async def add(self, lines: Sequence[StoredLine], oldest: Mapping[TableId, int]) -> None:
        """Add lines, and delete those of a table before its `oldest` number.

        A line that is there is left as it is.  Raises StoreRejected, with nothing changed, if a
        line breaks a rule of the store.
        """

    async def of(self, table: TableId) -> list[StoredLine]:
        """The latest lines of a table, the oldest first."""

    async def erase(self, tables: Sequence[TableId]) -> None:
        """Delete all lines of tables."""

    async def sweep(self, after: str, before_ms: int) -> str | None:
        """Delete old lines, and those of closed tables, at a few tables whose ids follow `after`.

        Returns the last of these ids, or None if there are no more.
        """
