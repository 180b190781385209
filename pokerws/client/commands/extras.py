"""Commands of a table's extra rules: `client.extras`."""

from collections.abc import Awaitable, Callable

from pokerws.game.state import TableId
from pokerws.messages import Accepted, AutoMuck, RabbitHunt, VoteBombPot

# The messages of this module.
ExtraCommand = VoteBombPot | RabbitHunt | AutoMuck


class ExtraCommands:
    """Each command raises what the others of a client raise."""

    def __init__(
        self, new_id: Callable[[], str], ask: Callable[[ExtraCommand], Awaitable[Accepted]]
    ) -> None:
        self._new_id = new_id
        self._ask = ask

    async def vote_bomb_pot(self, table: TableId, *, on: bool = True) -> Accepted:
        """Vote for the next hand to be a bomb pot, or take the vote back."""
        return await self._ask(VoteBombPot(self._new_id(), table, on))

    async def rabbit_hunt(self, table: TableId, hand: int) -> Accepted:
        """Ask to see the board cards that would have come in `hand`, which has just ended."""
        return await self._ask(RabbitHunt(self._new_id(), table, hand))

    async def auto_muck(self, table: TableId, *, on: bool) -> Accepted:
        """Muck hands that lose at the showdown, or show them."""
        return await self._ask(AutoMuck(self._new_id(), table, on))
