"""Ann and Ben, alone at a table and in the middle of a hand, on one server after another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from pokerws.client import Client, CommandRejected, TableView, connect
from pokerws.game.commands import Action
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import TableId
from pokerws.messages import Accepted
from tests.e2e.process import ServerProcess
from tests.simulation.crash import BACKOFF

# Nobody's time is up while a database is restored.
CONFIG = TableConfig(seats=2, turn_time_ms=600_000, next_hand_delay_ms=0)


class Players:
    """Both at the table, for as long as their connections last."""

    def __init__(self, clients: list[Client], views: list[TableView]) -> None:
        self._clients = clients
        self._views = views

    def see(self) -> list[dict[str, object]]:
        """What each of them sees of the hand in play."""
        found: list[dict[str, object]] = []
        for view in self._views:
            hand = view.table.hand
            assert hand is not None
            turn = hand.turn
            assert turn is not None
            found.append(
                {
                    "hand": (hand.number, hand.street, view.cards, hand.board),
                    "turn": (turn.seat, turn.number, turn.actions),
                    "bets": [part and (part.bet, part.in_pots) for part in hand.seats],
                    "stacks": [seat and (seat.player, seat.stack) for seat in view.table.seats],
                }
            )
        return found

    async def stay_in(self) -> None:
        """Whose turn it is checks or calls."""
        await self._act("call", "check")

    async def fold(self) -> None:
        """Whose turn it is gives up, and the next hand is dealt."""
        number = self._views[0].table.hand_number
        await self._act("fold")
        for view in self._views:
            await view.wait_for(
                lambda view: (
                    view.table.hand_number > number and view.table.hand and view.table.hand.turn
                )
            )

    async def _act(self, *actions: Action) -> None:
        at = next(at for at, view in enumerate(self._views) if view.turn)
        turn = self._views[at].turn
        assert turn is not None
        action = next(one for one in actions if one in turn.actions)
        accepted = await self._accepted(at, turn.number, action)
        assert accepted.seq is not None
        for view in self._views:
            await view.reached(accepted.seq)
            await view.wait_for(lambda view: view.table.hand and view.table.hand.turn)

    async def _accepted(self, at: int, turn: int, action: Action) -> Accepted:
        """The answer to an action, which is sent again while the database is away."""
        while True:
            try:
                return await self._clients[at].act(self._views[at].id, turn, action)
            except CommandRejected as refused:
                if refused.code != "paused":
                    raise
                await asyncio.sleep(0.05)


class Duel:
    """Remembers the table and who is who."""

    def __init__(self) -> None:
        self.table: TableId | None = None
        self._tokens: dict[str, str] = {}

    @asynccontextmanager
    async def at(self, server: ServerProcess) -> AsyncIterator[Players]:
        """Both at their table on this server, which they open the first time."""
        async with AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(self._player(server, n)) for n in ("Ann", "Ben")
            ]
            if self.table is None:
                self.table = await clients[0].create_table("Duel", CONFIG)
                for client in clients:
                    await client.sit(self.table, 10_000)
            views = [await client.watch(self.table) for client in clients]
            for view in views:
                await view.wait_for(lambda view: view.table.hand and view.table.hand.turn)
            yield Players(clients, views)

    @asynccontextmanager
    async def _player(self, server: ServerProcess, name: str) -> AsyncIterator[Client]:
        token = self._tokens.get(name)
        async with connect(server.socket_url, name=name, token=token, backoff=BACKOFF) as client:
            if client.session is not None:
                self._tokens[name] = client.session
            yield client


@asynccontextmanager
async def serving(url: str, **more: object) -> AsyncIterator[ServerProcess]:
    """A server at the last stage; it must end well."""
    server = ServerProcess(
        database_url=url,
        use_db_repository=True,
        use_event_persistence=True,
        use_input_validation=True,
        use_durable_acks=True,
        **more,
    )
    await server.start()
    try:
        yield server
        assert await server.stop() == 0
    finally:
        if server.running:
            await server.kill()
