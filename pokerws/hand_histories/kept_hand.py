"""A hand taken from the event log: the table before it, and its events."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import (
    HandStarted,
    HoleCardsDealt,
    OfHosting,
    OfSeat,
    OfWaiting,
    TableEvent,
)
from pokerws.game.illegal import Inconsistent
from pokerws.game.state import Hand, PlayerId, Seat, Table, TableId


class KeptHand(NamedTuple):
    """A hand: the table `before` its first event, and its `events` with their numbers and times.

    After the hand's end, its events go on with the cards that were shown later.  If the log has a
    gap, they begin or end in the middle of the hand.  Times are in milliseconds UTC.
    """

    before: Table
    number: int
    started_ms: int
    events: list[TableEvent]
    seqs: list[int]
    times: list[int]


def hand_in_play(table: Table) -> Hand:
    """The hand in play at the table.  Raises Inconsistent if there is none."""
    if table.hand is None:
        raise Inconsistent("no hand is in play")
    return table.hand


def hand_of(
    table: TableId, name: str, config: TableConfig, events: Sequence[TableEvent]
) -> KeptHand | None:
    """Rebuild a whole hand from its events alone; None if its HandStarted has no names.

    `config` is the one with which the table was opened.

    The table before it has only the players who were dealt in.  Raises Inconsistent if the first
    event is not a HandStarted.
    """
    started = events[0]
    if not isinstance(started, HandStarted):
        raise Inconsistent("the first event of a hand must be HandStarted")
    if not started.names:
        return None
    config = started.config or config
    dealt = next((event for event in events if isinstance(event, HoleCardsDealt)), None)
    players: Sequence[PlayerId | None] = () if dealt is None else dealt.players
    seats: list[Seat | None] = [None] * config.seats
    for seat, name_of, stack in zip(started.order, started.names, started.stacks, strict=True):
        player = players[seat] if players else None
        bot = seat in started.bots
        seats[seat] = Seat(player or PlayerId(""), name_of, stack, bot=bot)
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
        if not isinstance(event, (OfHosting, OfWaiting))
        and (not isinstance(event, OfSeat) or seats[event.seat] is not None)
    ]
    return KeptHand(before, started.hand, started.at_ms, alone, [], [])
