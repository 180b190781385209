"""Who follows docs/migration.md in a shell, while two people play.

Only the pace is not the guide's: bots hardly think, and what comes once a minute or once a second
comes more often. Ports and the database's address are put in the place of the guide's.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pokerws.client import Client, connect
from pokerws.game.config.table_config import TableConfig
from tests.e2e.guide import Block, Shell, blocks, sections
from tests.e2e.process import REPOSITORY
from tests.unlimited import NO_LIMITS

GUIDE = REPOSITORY / "docs" / "migration.md"
DOCUMENT = GUIDE.read_text(encoding="utf-8")
# How the guide's own server is reached.
ADDRESS, PORT = "postgres://poker:secret@127.0.0.1:5432/poker", "8765"
PACE = {
    # The port is reserved for this address only.
    "HOST": "127.0.0.1",
    "BOT_MIN_DELAY_MS": "5",
    "BOT_MAX_DELAY_MS": "15",
    "NEXT_HAND_DELAY_MS": "0",
    "REFILL_INTERVAL_MS": "0",
    "REPORT_INTERVAL_MS": "500",
    "COMPARE_INTERVAL_MS": "25",
    **{name.upper(): str(value) for name, value in NO_LIMITS.items()},
}
# Nobody's time is up while the guide is run, and the hand begins at once.
DUEL = TableConfig(seats=2, turn_time_ms=600_000, next_hand_delay_ms=0)

# The section with the whole way on one page: its first command prepares, then come the stages, a
# check, and the way back by a stage and to memory.
PAGE = "The five stages"


class People:
    """Two players in the middle of a hand, at a table that is opened where it is not there."""

    def __init__(self, port: int) -> None:
        self._url = f"ws://127.0.0.1:{port}/ws"
        self._tokens: dict[str, str] = {}
        self._players: dict[str, str] = {}

    async def come(self) -> None:
        """Have the hand in play, and go again."""
        async with AsyncExitStack() as stack, asyncio.timeout(120):
            ann, ben = [await stack.enter_async_context(self._player(n)) for n in ("Ann", "Ben")]
            tables = {one.name: one.table for one in await ann.list_tables()}
            if "Duel" in tables:
                view = await ann.watch(tables["Duel"])
            else:
                table = await ann.create_table("Duel", DUEL)
                view = await ann.watch(table)
                for player in (ann, ben):
                    await player.sit(table, 10_000)
            await view.wait_for(lambda view: view.table.hand and view.table.hand.turn)

    @asynccontextmanager
    async def _player(self, name: str) -> AsyncIterator[Client]:
        async with connect(self._url, name=name, token=self._tokens.get(name)) as client:
            assert client.session is not None
            self._tokens[name] = client.session
            self._players.setdefault(name, client.player)
            assert client.player == self._players[name], "the same person after every restart"
            yield client


def as_here(document: str, url: str, port: int) -> str:
    """The guide with the addresses of this machine."""
    return document.replace(ADDRESS, url).replace(PORT, str(port))


def environment(programs: Path, **more: str) -> Mapping[str, str]:
    """What a shell needs to find our Python and this PostgreSQL's programs."""
    path = os.pathsep.join([str(Path(sys.executable).parent), str(programs), os.environ["PATH"]])
    return {"PATH": path, "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8", **more}


class Operator:
    """Follows the guide in a shell, while two people play."""

    def __init__(self, shell: Shell, document: str, people: People) -> None:
        self._shell = shell
        self._document = document
        self._people = people

    def page(self) -> list[Block]:
        """The commands of the one page."""
        return blocks(self._document, sections(self._document, 2)[PAGE])

    async def run(self, *commands: Block) -> None:
        """Run these commands, and compare what they print."""
        for block in commands:
            await self._came(await self._shell.follow(block))

    async def follow(self, *headings: str) -> None:
        """Run the commands of these sections."""
        for heading in headings:
            await self.run(*blocks(self._document, sections(self._document, 2)[heading]))

    async def _came(self, printed: str) -> None:
        if "server_started" in printed:
            await self._people.come()
