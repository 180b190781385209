"""Cuts a log into hands: which events belong to which hand.

The one rule: a hand has all events from its start to its end, and then the cards that are shown
before the next one starts.  The export, the archive and the server's `get_hand` all use it.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy

from pokerws.game.events import HAND_ENDS, HandShown, HandStarted, LogRestarted, TableEvent
from pokerws.game.state import Table
from pokerws.hand_histories.kept_hand import KeptHand


def of_hand(events: Iterable[TableEvent]) -> Iterator[TableEvent]:
    """The events of the first hand, of events that begin with its start."""
    over = False
    for place, event in enumerate(events):
        if place and isinstance(event, HandStarted):
            return
        if _belongs(event, over=over):
            yield event
        over = over or isinstance(event, HAND_ENDS)


def _belongs(event: TableEvent, *, over: bool) -> bool:
    """Whether an event before the next start belongs to the hand, which may be over."""
    return not over or isinstance(event, HandShown)


class HandCutter:
    """Cuts a log that is replayed event by event into hands; keeps one hand at a time.

    Call `begin` before an event is applied, and `add` after it was.  With `wanted`, other hands are
    passed over.  `hand` is the one so far, and `over` says whether it has ended.
    """

    def __init__(self, wanted: int | None = None) -> None:
        self.hand: KeptHand | None = None
        self.over = False
        self._wanted = wanted

    def begin(self, table: Table | None, event: TableEvent, at_ms: int) -> KeptHand | None:
        """Start a hand where the event does; returns the hand that is complete by that.

        `table` is the one before the event, None where the log begins with it.  A log that restarts
        after a gap breaks the hand off, and may begin in the middle of another.
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
        """Take the hand out, as nothing more comes for it."""
        done, self.hand, self.over = self.hand, None, False
        return done

    def _start(self, before: Table, number: int, started_ms: int) -> None:
        if self._wanted in (None, number):
            self.hand = KeptHand(deepcopy(before), number, started_ms, [], [], [])
