"""The stand-up game: winners of pots sit down, and the last one standing pays the others.

A round begins with the first hand of three or more players, who are all in it, and goes on until at
most one of them stands.  A hand that would leave nobody standing seats nobody.  A player who leaves
the table leaves the round.
"""

from collections.abc import Iterable

from pokerws.game.events import (
    BonusPaid,
    PotAwarded,
    Share,
    StandUpStarted,
    StandUpWon,
    TableEvent,
)
from pokerws.game.state import Table

# With two players the first pot would end a round.
LEAST_PLAYERS = 3


def started_round(table: Table, order: list[int]) -> list[TableEvent]:
    """The start of a round, with a hand in which these seats are dealt in."""
    extras = table.extras
    if not table.config.house.stand_up or (extras is not None and extras.stand_up is not None):
        return []
    return [StandUpStarted(sorted(order))] if len(order) >= LEAST_PLAYERS else []


def seated_winners(table: Table, events: Iterable[TableEvent]) -> list[TableEvent]:
    """The players who sit down after the awards of a hand."""
    game = None if table.extras is None else table.extras.stand_up
    if game is None:
        return []
    won = {
        share.seat for event in events if isinstance(event, PotAwarded) for share in event.shares
    }
    seated = [seat for seat in game.standing if seat in won]
    return [StandUpWon(seated)] if seated and len(seated) < len(game.standing) else []


def ended_round(table: Table) -> list[TableEvent]:
    """The end of a round with at most one player standing, who pays as far as the stack goes.

    The others are paid in turn by seat.  It is called between hands.
    """
    game = None if table.extras is None else table.extras.stand_up
    if game is None or len(game.standing) > 1:
        return []
    loser = next(iter(game.standing), None)
    seat = None if loser is None else table.seats[loser]
    if loser is None or seat is None:
        return [BonusPaid("stand_up")]
    left, received = seat.stack, []
    for other in game.seats:
        amount = min(table.config.house.stand_up, left)
        if other != loser and amount:
            received.append(Share(other, amount))
            left -= amount
    paid = [Share(loser, seat.stack - left)] if received else []
    return [BonusPaid("stand_up", paid, received)]
