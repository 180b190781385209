"""A caller that waits until the journal has written what it put."""

import asyncio
import math
from dataclasses import dataclass, field

from pokerws.game.state import TableId


@dataclass
class Flush:
    """Waits until each of some tables is written up to its version."""

    behind: dict[TableId, int]
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def reached(self, table: TableId, version: float) -> None:
        """A table is written up to a version; infinity if it is lost."""
        if self.behind.get(table, math.inf) <= version:
            self.behind.pop(table, None)
        if not self.behind:
            self.done.set()
