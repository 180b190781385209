"""A page that shows any state of a table, without the play that leads to it."""

from collections.abc import Sequence
from typing import Any

import msgspec
from playwright.async_api import Page

from pokerws.game.events import TableEvent
from tests.web.screen_geometry import DRAWN
from tests.web.table_states import VIEWER, State
from tests.web.visitor import Visitor


class Screen:
    """A page at a table that shows any state."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page
        self.seq = 1_000

    def send(self, message: dict[str, Any]) -> None:
        room = self.visitor.room
        common = {"table": room.table.id, "epoch": 1, "now_ms": room.clock.table_ms()}
        text = msgspec.json.encode({**common, **message}).decode()
        # The viewer of the states is the player of the page.
        room.send_raw(text.replace(f'"player":"{VIEWER}"', '"player":"p_ann"').encode())

    async def show(self, state: State) -> None:
        """Show a state, and wait until it is drawn."""
        self.seq += 1_000
        # In a new hand, the page forgets the result of the last one.
        shown = {**state, "seq": self.seq, "hand_number": self.seq}
        shown["id"] = self.visitor.room.table.id
        self.send({"type": "snapshot", "seq": self.seq, "state": shown})
        await self.page.wait_for_selector(f'#table[data-seq="{self.seq}"]')
        await self.page.evaluate(DRAWN)

    async def play(self, events: Sequence[TableEvent]) -> None:
        """Show what happens next."""
        encoded = msgspec.to_builtins(events)
        self.send({"type": "events", "seq": self.seq + 1, "events": encoded})
        self.seq += len(events)
        await self.page.wait_for_selector(f'#table[data-seq="{self.seq}"]')
        await self.page.evaluate(DRAWN)
