"""A friend's home game, with `kill -9` after each of the host's decisions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
from msgspec.structs import replace

from pokerws.client import Client, TableView, connect
from pokerws.client.errors import CommandRejected
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import TableId
from pokerws.messages import ChatHistory
from tests.e2e.database import check_database
from tests.e2e.process import ServerProcess
from tests.simulation.crash import BACKOFF

CONFIG = TableConfig(
    seats=3,
    min_buy_in=2_000,
    next_hand_delay_ms=0,
    turn_time_ms=600_000,
    hosting=HostingRules(unlisted=True, approval=True, bank=True),
)
HIGHER = replace(CONFIG, small_blind=100, big_blind=200)


async def refusal(sent: Awaitable[object]) -> str:
    try:
        await sent
    except CommandRejected as rejected:
        return rejected.code
    return ""


async def lines_of_chat(database_url: str) -> int:
    connection = await asyncpg.connect(database_url)
    count: int = await connection.fetchval("SELECT count(*) FROM chat_lines")
    await connection.close()
    return count


class HomeGame:
    """The host and two friends, who came by the link."""

    def __init__(self, server: ServerProcess, host: Client, ben: Client, cleo: Client) -> None:
        self.server = server
        self.host, self.ben, self.cleo = host, ben, cleo
        self.watching = [host, ben, cleo]
        self.table = TableId("")
        # What Cleo is shown of the chat of before, each time that she comes back.
        self.histories = asyncio.Queue[ChatHistory]()

    @property
    def view(self) -> TableView:
        return self.host.views[self.table]

    async def opened(self) -> None:
        self.table = await self.host.create_table("Home", CONFIG)
        key = self.host.keys[self.table]
        assert await refusal(self.ben.watch(self.table)) == "unknown_table"
        assert await self.ben.list_tables() == []
        for friend in (self.ben, self.cleo):
            friend.keys[self.table] = key
        for client in (self.host, self.ben, self.cleo):
            await client.watch(self.table)
        await self.host.sit(self.table, 5_000, 0)

    async def killed(self, *, has_chat: bool = False) -> None:
        """The server is killed and started again: what the host decided is as it was."""
        await self.view.reached(max(one.views[self.table].seq for one in self.watching))
        table = self.view.table
        before = (table.hosting, table.host, table.config, table.hand and table.hand.number)
        await self.server.all_written(self.view.seq)
        await self.server.kill()
        await self.server.start()
        for client in self.watching:
            # It is answered after what was missed.
            await client.stats(self.table)
        table = self.view.table
        assert before == (
            *(table.hosting, table.host, table.config),
            table.hand and table.hand.number,
        )
        if has_chat:
            (line,) = (await self.histories.get()).lines
            assert (line.name, line.text) == ("Hanna", "Good luck")

    async def says_good_luck(self) -> None:
        await self.host.chat(self.table, "Good luck")
        await self.server.logged("chat_stored")

    async def closed_after_a_restart(self) -> None:
        """The chat is gone.  The row says that it was closed, to those who may know of it."""
        await self.server.logged("chat_erased")
        await self.server.kill()
        await self.server.start()
        assert await refusal(self.cleo.pause_table(self.table)) == "table_closed"
        async with connect(self.server.socket_url, name="Sue") as stranger:
            assert await refusal(stranger.pause_table(self.table)) == "unknown_table"

    async def fold_out(self) -> None:
        """Whoever is to act folds, until the hand is over."""
        while (hand := self.view.table.hand) is not None and (turn := hand.turn) is not None:
            seat = self.view.table.seats[turn.seat]
            assert seat is not None
            (client,) = [one for one in self.watching if one.player == seat.player]
            accepted = await client.act(self.table, turn.number, "fold")
            await self.view.reached(accepted.seq or 0)


@asynccontextmanager
async def home_game(server: ServerProcess) -> AsyncIterator[HomeGame]:
    """A game that was opened, on a server that has started."""
    server.settings |= {"USE_DURABLE_ACKS": "true", "BOTS": "0"}
    await server.start()
    url = server.socket_url
    async with (
        connect(url, name="Hanna", backoff=BACKOFF) as host,
        connect(url, name="Ben", backoff=BACKOFF) as ben,
        connect(
            url,
            name="Cleo",
            backoff=BACKOFF,
            on_message=lambda news: (
                game.histories.put_nowait(news) if isinstance(news, ChatHistory) else None
            ),
        ) as cleo,
    ):
        game = HomeGame(server, host, ben, cleo)
        await game.opened()
        yield game


async def test_a_home_game_goes_on_after_each_kill_9(
    server: ServerProcess, database_url: str
) -> None:
    async with home_game(server) as game:
        host, ben, cleo, table = game.host, game.ben, game.cleo, game.table
        money = [(await client.account()).balance for client in (host, ben, cleo)]

        async def friends_sit_down() -> None:
            for friend in (ben, cleo):
                await friend.sit(table, 5_000)
                assert friend.views[table].seat is None

        async def friends_are_approved() -> None:
            for number, friend in enumerate((ben, cleo), 1):
                await host.approve_seat(table, friend.player)
                await friend.sit(table, 5_000, number)
            await host.host_mute(table, ben.player)
            await game.says_good_luck()

        async def ben_is_kicked_in_mid_hand() -> None:
            assert await refusal(ben.chat(table, "Hello?")) == "muted_by_host"
            await host.change_table(table, HIGHER)
            await host.host_kick(table, ben.player)
            assert game.view.table.hosting.next_config == HIGHER

        async def paused_after_the_hand() -> None:
            await host.pause_table(table)
            await game.fold_out()
            assert game.view.table.hand is None
            assert game.view.table.config == HIGHER
            await ben.views[table].wait_for(lambda view: view.seat is None)

        async def chips_and_role() -> None:
            await host.give_chips(table, cleo.player, 1_000)
            await host.host_ban(table, ben.player)
            await host.hand_over(table, cleo.player)
            await cleo.renew_link(table)

        async def resumed() -> None:
            await cleo.resume_table(table)
            await game.view.wait_for(lambda view: view.turn)

        steps: list[Callable[[], Awaitable[None]]] = [
            friends_sit_down,
            friends_are_approved,
            ben_is_kicked_in_mid_hand,
            paused_after_the_hand,
            chips_and_role,
            resumed,
        ]
        for step in steps:
            await step()
            if step is chips_and_role:
                # Ben is banned: for him there is no such table any more.
                game.watching.remove(ben)
                assert await refusal(ben.sit(table, 5_000)) == "unknown_table"
            await game.killed(has_chat=step is not friends_sit_down)
        assert await refusal(host.close_table(table)) == "not_host"
        await cleo.close_table(table)
        bank = cleo.views[table].table.hosting.bank
        assert sum(line.given - line.returned for line in bank) == 0
        await game.closed_after_a_restart()
        # No chip of the game came from an account, or went to one.
        assert money == [(await client.account()).balance for client in (host, ben, cleo)]
    actions = {line["action"] for line in server.log("host_action")}
    assert {"host_kick", "pause_table", "hand_over", "close_table"} <= actions
    assert await server.stop() == 0
    await check_database(database_url)
    assert await lines_of_chat(database_url) == 0
