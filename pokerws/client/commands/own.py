"""Commands of the client beyond plain play."""

from typing import Literal

from pokerws.client.link import Link
from pokerws.game.betting.pre_actions import PreActionName
from pokerws.game.state import TableId
from pokerws.messages import Accepted, GetLedger, Ledger, PreAct


class OwnCommands:
    """Part of `Client`."""

    _link: Link

    async def pre_act(
        self,
        table: TableId,
        hand: int,
        action: PreActionName | None,
        amount: int | None = None,
        street: int | None = None,
    ) -> None:
        """Say what to do in the next turn of this betting round; None takes it back.

        `amount` is the total for the street of a raise, or what a call is expected to cost.
        `pre_action` of the table's view tells what is held.
        """
        message = PreAct(self._link.new_id(), table, hand, action, amount, street)
        await self._link.ask(message, Accepted)

    async def ledger(
        self, table: TableId, after: str | None = None, *, format: Literal["json", "csv"] = "json"
    ) -> Ledger:
        """A page of who brought chips to a table, who left with how many, and who pays whom."""
        return await self._link.ask(GetLedger(self._link.new_id(), table, after, format), Ledger)
