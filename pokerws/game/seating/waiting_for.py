"""Why no hand is dealt at a table, as clients are told.  It is computed and never stored."""

from typing import Literal

from pokerws.game.blinds.button import ready_seats
from pokerws.game.state import Table

# Too few players have a seat, too many of them sit out, the host has paused the table, an operator
# has frozen it, or the database is away.
WaitingFor = Literal["needs_players", "players_away", "paused_by_host", "frozen", "database"]


def waiting_for(table: Table) -> WaitingFor | None:
    """Why the rules deal no hand; None while one is in play or scheduled, or the table is closed.

    The table waits for people who sit out if a hand could be dealt with them.  Bots that sit out
    come back by themselves when people play.
    """
    if table.closed or table.hand is not None or table.next_hand_at_ms is not None:
        return None
    if table.hosting.paused:
        return "paused_by_host"
    out = [s for s in table.seats if s is not None and s.sitting_out and s.stack]
    bots = sum(seat.bot for seat in out)
    away = len(out) - bots
    if away and len(ready_seats(table)) + bots + away >= 2:
        return "players_away"
    return "needs_players"
