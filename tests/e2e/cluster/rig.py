"""What the drills share: servers of a cluster, tables at each of them, and what always holds."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from pokerws.client import Client, TableView, connect
from pokerws.game.events import TableEvent
from pokerws.game.state import TableId
from tests.e2e.faults import TablesInPlay, Witness, server_on
from tests.e2e.process import PROGRAM, ServerProcess
from tests.server.cluster.nats_server import NatsServer
from tests.simulation.crash import CONFIG, Progress


@asynccontextmanager
async def nodes(
    nats: NatsServer,
    dsn: str,
    count: int,
    *more: Mapping[str, object],
    programs: Sequence[Sequence[str]] = (),
) -> AsyncIterator[list[ServerProcess]]:
    """Servers of one cluster; `more` and `programs` are of the first, the second, and so on."""
    await nats.start()
    servers = []
    for number in range(count):
        usual = {"cluster_url": nats.url, "node_name": f"poker-{number + 1}"}
        own = more[number] if number < len(more) else {}
        # Whoever has lost it all buys in again.
        servers.append(server_on(dsn, durable=True, **{"grant_chips": 10**9, **usual, **own}))
    try:
        ways = programs or [PROGRAM] * count
        starts = [one.start(program=way) for one, way in zip(servers, ways, strict=True)]
        await asyncio.gather(*starts)
        yield servers
    finally:
        for server in servers:
            if server.running:
                await server.kill()
        nats.kill()


class Guarded(Witness):
    """A witness whose view never goes back within a branch of the log."""

    def __init__(self, name: str, rng: random.Random, progress: Progress) -> None:
        super().__init__(name, rng, progress)
        self.branches: list[int] = []
        # What was shown up to here is in each copy of the database that may take its place.
        self.safe_seq = 0
        self._seq = 0
        self._view: TableView | None = None

    async def _step(self, client: Client, view: TableView) -> None:
        self._view = view
        self._look(view)
        await super()._step(client, view)

    def _look(self, view: TableView) -> None:
        if view.epoch not in self.branches:
            if self.branches:
                self._undo()
            self.branches.append(view.epoch)
            # What is refused depends on what was undone.
            self._durable = len(self.branches) == 1
        else:
            assert view.epoch == self.branches[-1], "a branch that has ended goes on"
            assert view.seq >= self._seq, f"event {view.seq} is shown after {self._seq}"
        self._seq = view.seq

    def _undo(self) -> None:
        """Forget what may be undone: the log has gone back."""
        self.highest_seq = safe = self.safe_seq
        self.shown = {seq: event for seq, event in self.shown.items() if seq <= safe}
        self.accepted = [(seq, action) for seq, action in self.accepted if seq <= safe]

    def _record(self, seq: int, event: TableEvent) -> None:
        if self._view is not None:
            self._look(self._view)
        assert self.shown.get(seq, event) == event, f"event {seq} is not what it was"
        super()._record(seq, event)

    def has_seen_everything(self) -> None:
        """Since it came: so it was never sent a snapshot in the place of what it had missed."""
        first, last = min(self.shown), max(self.shown)
        missing = set(range(first, last + 1)) - set(self.shown)
        assert not missing, f"{self.name} was not shown {sorted(missing)}"


class Place(NamedTuple):
    """A table: the server that it is opened at, and where each of its players connects."""

    owner: ServerProcess
    urls: Sequence[str]
    # One that is there already.
    table: TableId | None = None


class Play(TablesInPlay):
    """Tables of several servers in full play, with players of all of them."""

    def __init__(self, dsn: str, places: Sequence[Place]) -> None:
        super().__init__(places[0].owner, dsn)
        self._places = places

    async def open(self) -> None:
        rng = random.Random(5)
        for number, place in enumerate(self._places):
            table = place.table
            if table is None:
                async with connect(place.owner.socket_url, name=f"Opener {number}") as opener:
                    table = await opener.create_table(f"Table {number}", CONFIG)
            self.players[table] = [
                Guarded(f"P{number}{seat}", random.Random(rng.random()), self.progress)
                for seat in range(len(place.urls))
            ]

    @property
    def guarded(self) -> list[Guarded]:
        """All players."""
        everybody = [one for players in self.players.values() for one in players]
        return [one for one in everybody if isinstance(one, Guarded)]

    def owned_by(self, owner: ServerProcess) -> list[TableId]:
        """The tables that were opened at a server."""
        places = zip(self.players, self._places, strict=True)
        return [table for table, place in places if place.owner is owner]

    async def more_at(self, table: TableId, count: int) -> None:
        """Wait for so many more events to be shown to each player of a table."""
        before = self.highest(table)
        for player in self.players[table]:
            while max(player.shown, default=0) < before + count:
                await self.progress.more(1)

    async def nothing_is_lost(self) -> None:
        """Everything shown is stored, and everything since a player came was shown."""
        for player in self.guarded:
            player.has_seen_everything()
        await self.everything_shown_is_stored()


@asynccontextmanager
async def play(dsn: str, *places: Place) -> AsyncIterator[Play]:
    """Tables in play; at the end the players go."""
    played = Play(dsn, places)
    await played.open()
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(player.play(url, table))
            for (table, players), place in zip(played.players.items(), places, strict=True)
            for player, url in zip(players, place.urls, strict=True)
        ]
        await played.more(10)
        yield played
        for task in tasks:
            task.cancel()


def at_each(*servers: ServerProcess) -> list[Place]:
    """A table at each server, with a player of each."""
    return [Place(server, [one.socket_url for one in servers]) for server in servers]


def nobody_left(played: Play, *servers: ServerProcess) -> None:
    """No player of these servers was disconnected; who has opened a table has gone."""
    for server in servers:
        opened = len(played.owned_by(server))
        assert len(server.log("session_ended")) == opened, server.log("session_ended")


async def stop_all(*servers: ServerProcess) -> None:
    """They store everything, and say so."""
    assert await asyncio.gather(*(server.stop() for server in servers)) == [0] * len(servers)


async def ready(server: ServerProcess) -> None:
    """Wait until it can serve everybody."""
    while await server.unready():
        pass
