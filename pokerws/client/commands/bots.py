"""Commands of a table's host about the bots that the server plays there."""

from collections.abc import Awaitable, Callable

from pokerws.client.link import Link
from pokerws.game.hosting.bots import BotName, BotStyle
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import Accepted, AddBot, RemoveBot

Ask = Callable[[AddBot | RemoveBot], Awaitable[Accepted]]


class TableBots:
    """The bots of tables that this player has opened; a table's `bots` has those of it."""

    def __init__(self, link: Link, ask: Ask) -> None:
        self._link = link
        self._ask = ask

    async def add(self, table: TableId, style: BotStyle, name: BotName | None = None) -> Accepted:
        """Have one more bot at a table; without a name, the server chooses one."""
        return await self._ask(AddBot(self._link.new_id(), table, style, name))

    async def remove(self, table: TableId, player: PlayerId) -> Accepted:
        """Have a bot no more: it leaves the table, during a hand at its end."""
        return await self._ask(RemoveBot(self._link.new_id(), table, player))
