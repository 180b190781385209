"""The finished hands in the memory of tables, on a server that keeps no log."""

import asyncio

from pokerws.game.events import BonusPaid, HandStarted, TableEvent
from pokerws.game.state import PlayerId
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.hands.summaries import Finished, seat_in


def hands_at(actor: TableActor) -> list[Finished]:
    """All finished hands that `get_hand` can return, oldest first.

    A hand whose end waits for its commit is not among them.
    """
    history, gate = actor.history, actor.gate
    ends = history.ends()
    hands: list[Finished] = []
    started: int | None = None
    events: list[TableEvent] = []
    for seq, event in history.events() if ends else ():
        if isinstance(event, HandStarted):
            started, events = seq, []
        is_unwritten = gate.is_closed and seq > gate.written
        if started is not None or (isinstance(event, BonusPaid) and not is_unwritten):
            events.append(event)
        if started is not None and seq in ends:
            if not is_unwritten:
                at_ms = ends[seq]
                hands.append(Finished(actor.table.id, started, seq, at_ms, at_ms, events))
            started = None
    return hands


async def hands_of(actors: list[TableActor], player: PlayerId) -> list[Finished]:
    """A player's hands at all these tables, in no order.

    Each table takes up to 3 ms; play goes on in between.
    """
    hands: list[Finished] = []
    for actor in actors:
        if actor.history.may_have_dealt(player):
            hands += [hand for hand in hands_at(actor) if seat_in(hand, player) is not None]
            await asyncio.sleep(0)
    return hands
