"""Commands of extra rules: each returns its events, or raises Illegal."""

from typing import assert_never

from pokerws.game.commands import AutoMuck, RabbitHunt, Show, VoteBombPot
from pokerws.game.events import TableEvent
from pokerws.game.extras.rabbit import hunt
from pokerws.game.extras.showing import show
from pokerws.game.extras.wishes import set_auto_muck, vote_bomb_pot
from pokerws.game.state import Table


def decide_extra(
    table: Table, command: Show | VoteBombPot | RabbitHunt | AutoMuck
) -> list[TableEvent]:
    """The events of a command alone.  Raises Illegal; changes nothing."""
    match command:
        case Show():
            return show(table, command)
        case VoteBombPot():
            return [vote_bomb_pot(table, command)]
        case RabbitHunt():
            return [hunt(table, command)]
        case AutoMuck():
            return [set_auto_muck(table, command)]
        case _:
            assert_never(command)
