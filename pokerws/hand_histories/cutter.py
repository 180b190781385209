"""Cuts an event log into hands: decides which events belong to which hand.

A hand has all events from its start to its end.  After that it has what is shown or paid for it up
to the next start.  The export, the archive and the server's `get_hand` all use this rule.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy

from pokerws.game.events import (
    HAND_ENDS,
    BonusPaid,
    HandShown,
    HandStarted,
    LogRestarted,
    PartShown,
    RabbitShown,
    TableEvent,
)
from pokerws.game.state import Table
from pokerws.hand_histories.kept_hand import KeptHand

# Events that belong to a hand, although they come after its end.
_LATER = HandShown | PartShown | RabbitShown | BonusPaid


def of_hand(events: Iterable[TableEvent]) -> Iterator[TableEvent]:
    """The events of the first hand.  `events` begin with its HandStarted."""
    over = False
    for place, event in enumerate(events):
        if place and isinstance(event, HandStarted):
            return
        if _belongs(event, over=over):
            yield event
        over = over or isinstance(event, HAND_ENDS)


def _belongs(event: TableEvent, *, over: bool) -> bool:
    """Whether an event before the next hand's start belongs to this hand."""
    return not over or isinstance(event, _LATER)


class HandCutter:
    """Cuts a log into hands while it is replayed; holds one hand in memory at a time.

    Call `begin` before an event is applied, and `add` after it.  With `wanted`, only the hand of
    that number is kept.  `hand` is the current hand, and `over` tells whether it has ended.
    """

    def __init__(self, wanted: int | None = None) -> None:
        self.hand: KeptHand | None = None
        self.over = False
        self._wanted = wanted

    def begin(self, table: Table | None, event: TableEvent, at_ms: int) -> KeptHand | None:
        """Start a new hand if the event starts one; return the hand that this completes, if any.

        `table` is the state before the event, or None at the beginning of the log.  A log that
        restarts after a gap ends the current hand, and may begin in the middle of another.
        """
        match event:
            case LogRestarted(table=Table() as whole) if table is None or whole.seq != table.seq:
                done = self.finish()
                if whole.hand is not None:
                    self._start(whole, whole.hand_number, at_ms)
                return done
            case HandStarted() if table is not None:
                done = self.finish()
                self._start(table, event.hand, event.at_ms or at_ms)
                return done
            case _:
                return None

    def add(self, event: TableEvent, seq: int, at_ms: int) -> None:
        """Add an event to the hand, if it belongs to it."""
        hand = self.hand
        if hand is None or isinstance(event, LogRestarted) or not _belongs(event, over=self.over):
            return
        self.over = self.over or isinstance(event, HAND_ENDS)
        hand.events.append(event)
        hand.seqs.append(seq)
        hand.times.append(at_ms)

    def finish(self) -> KeptHand | None:
        """Return the current hand and forget it: no more events belong to it."""
        done, self.hand, self.over = self.hand, None, False
        return done

    def _start(self, before: Table, number: int, started_ms: int) -> None:
        if self._wanted in (None, number):
            self.hand = KeptHand(deepcopy(before), number, started_ms, [], [], [])
