"""Notes of tables that show cards ahead of the database, without files."""

from collections.abc import Iterable, Mapping, Sequence

from pokerws.game.state import TableId


class Notebook:
    """The `Notes` of several servers, of which `owner` writes.

    While it is `full`, none can: `error` is raised.
    """

    def __init__(self, owner: str = "first") -> None:
        self.pages: dict[str, dict[TableId, int]] = {}
        self.full = False
        self.error: Exception = OSError("no space left on device")
        self.begin(owner)

    def begin(self, owner: str) -> None:
        """Another server writes from now on."""
        self.owner = owner
        self.pages[owner] = {}

    @property
    def tables(self) -> dict[TableId, int]:
        """What the server has noted."""
        return self.pages[self.owner]

    async def add(self, tables: Mapping[TableId, int]) -> None:
        """Part of `Notes`."""
        if self.full:
            raise self.error
        for table, hand in tables.items():
            self.tables.setdefault(table, hand)

    async def remove(self, tables: Iterable[TableId]) -> None:
        """Part of `Notes`."""
        for table in tables:
            self.tables.pop(table, None)

    async def named(self, owners: Sequence[str]) -> Mapping[TableId, int] | None:
        """Part of `Notes`."""
        if not all(owner in self.pages for owner in owners):
            return None
        return {table: hand for owner in owners for table, hand in self.pages[owner].items()}
