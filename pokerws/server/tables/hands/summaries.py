"""Summarises finished hands for lists, from their public events.

No card is read here, so a summary cannot reveal one.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pokerws.game.events import (
    AntePosted,
    BetPlaced,
    BetsCollected,
    BlindPosted,
    BoardDealt,
    BonusPaid,
    BringInPosted,
    Called,
    Checked,
    DrawStarted,
    Folded,
    HandCancelled,
    HandEnded,
    HandStarted,
    HoleCardsDealt,
    PotAwarded,
    Raised,
    RakeTaken,
    TableEvent,
    UncalledBetReturned,
)
from pokerws.game.state import PlayerId, TableId
from pokerws.hand_histories.chips import chips_of
from pokerws.messages import HandSummary

# The events that summaries and statistics are made of.
SUMMED = (
    HandStarted
    | HoleCardsDealt
    | AntePosted
    | BlindPosted
    | BringInPosted
    | Called
    | BetPlaced
    | Raised
    | Checked
    | Folded
    | BoardDealt
    | DrawStarted
    | UncalledBetReturned
    | BetsCollected
    | PotAwarded
    | RakeTaken
    | HandEnded
    | HandCancelled
    | BonusPaid
)


class Finished(NamedTuple):
    """A finished hand of a table: the seqs of its start and end, its times, and its events.

    They are at least the SUMMED ones, from its HandStarted to its end, and the bonuses after that.
    """

    table: TableId
    seq: int
    end_seq: int
    started_ms: int
    ended_ms: int
    events: Sequence[TableEvent]

    @property
    def place(self) -> tuple[int, str, int]:
        """Its place among the hands of all tables; later hands have a higher one."""
        return self.ended_ms, self.table, self.seq


def seat_in(hand: Finished, player: PlayerId) -> int | None:
    """The seat at which a player was dealt in; None also if an old log does not tell."""
    for event in hand.events:
        if isinstance(event, HoleCardsDealt):
            return event.players.index(player) if player in event.players else None
    return None


def summary_of(hand: Finished, player: PlayerId) -> HandSummary:
    """The summary that a player gets."""
    started = hand.events[0]
    if not isinstance(started, HandStarted):
        raise TypeError("the first event of a hand must be HandStarted")
    chips = chips_of(hand.events)
    seat = seat_in(hand, player)
    return HandSummary(
        table=hand.table,
        hand=started.hand,
        seq=hand.seq,
        variant=started.variant,
        started_ms=started.at_ms or hand.started_ms,
        ended_ms=hand.ended_ms,
        players=len(started.order),
        pot=chips.pot,
        net=None if seat is None else chips.won[seat] - chips.paid[seat],
        cancelled=chips.cancelled,
    )
