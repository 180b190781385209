"""A finished hand: the table before it, and its events."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from pokerws.game.events import HandStarted, HoleCardsDealt, OfSeat, TableEvent
from pokerws.game.illegal import Inconsistent
from pokerws.game.state import Hand, PlayerId, Seat, Table, TableConfig, TableId


class KeptHand(NamedTuple):
    """A hand: the table before the first of its `events`, their numbers, and their times.

    The events run to the hand's end, and go on with the cards that were shown after it.  Where the
    log has a gap they begin or end in the middle of the hand.  Times are in milliseconds UTC.
    """

    before: Table
    number: int
    started_ms: int
    events: list[TableEvent]
    seqs: list[int]
    times: list[int]


def hand_in_play(table: Table) -> Hand:
    """The hand that is played at the table.  Raises Inconsistent where there is none."""
    if table.hand is None:
        raise Inconsistent("no hand is being played")
    return table.hand


def hand_of(
    table: TableId, name: str, config: TableConfig, events: Sequence[TableEvent]
) -> KeptHand | None:
    """A whole hand from its events alone; None if its start does not name the players.

    The table before it has only the players who were dealt in.  Raises Inconsistent for events that
    do not begin with a hand's start.
    """
    started = events[0]
    if not isinstance(started, HandStarted):
        raise Inconsistent("a hand does not begin with its start")
    if not started.names:
        return None
    dealt = next((event for event in events if isinstance(event, HoleCardsDealt)), None)
    players: Sequence[PlayerId | None] = () if dealt is None else dealt.players
    seats: list[Seat | None] = [None] * config.seats
    for seat, called, stack in zip(started.order, started.names, started.stacks, strict=True):
        player = players[seat] if players else None
        seats[seat] = Seat(player or PlayerId(""), called, stack)
    before = Table(
        *(table, name, config),
        seats=seats,
        hand_number=started.hand - 1,
        button=started.button,
    )
    alone: list[TableEvent] = [replace(started, missed=[], missed_small=[])]
    alone += [
        event
        for event in events[1:]
        if not isinstance(event, OfSeat) or seats[event.seat] is not None
    ]
    return KeptHand(before, started.hand, started.at_ms, alone, [], [])
