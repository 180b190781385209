"""Notifies the lobby of changes of one table that its list and its statistics need."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

from msgspec.structs import replace

from pokerws.game.events import TableEvent
from pokerws.game.seating.waiting_for import waiting_for
from pokerws.game.state import Table
from pokerws.messages import TableSummary
from pokerws.server.tables.actors.hand_line import HandLine
from pokerws.server.tables.actors.hand_net import HandNet
from pokerws.server.tables.actors.latest_hands import LatestHands
from pokerws.server.tables.commit_gate import CommitGate
from pokerws.server.tables.hand_pace import DELAYED, HandPace
from pokerws.server.tables.interfaces import Owner
from pokerws.server.tables.viewers import Viewers


class LobbyNews:
    """Follows the events of `table`.

    The summary passes the `gate`; `viewers` are told of delays, and why no hand is dealt.
    """

    __slots__ = (
        *("_bots", "_gate", "_hand", "_latest", "_line", "_net", "_owner"),
        *("_pace", "_table", "_viewers", "_waiting", "_why"),
    )

    def __init__(
        self,
        table: Table,
        owner: Owner,
        gate: CommitGate,
        pace: HandPace,
        viewers: Viewers,
    ) -> None:
        self._table = table
        self._owner = owner
        self._gate = gate
        self._pace = pace
        self._viewers = viewers
        self._bots = table.bots
        # Why no hand is dealt, as viewers were told last.
        self._why = waiting_for(table)
        self._net = HandNet(table)
        self._latest = LatestHands()
        self._line = HandLine(table)
        # The hand number when the lobby was last notified.
        self._hand = -1
        self._waiting = table.waiting

    def follow(self, events: Sequence[TableEvent], changed_ms: int, *, has_stays: bool) -> None:
        """Notify the lobby if the events may have changed the table's summary.

        `has_stays`: somebody may have taken or left a seat in them.
        """
        table = self._table
        if table.bots is not self._bots:
            self._bots = table.bots
            self._owner.bots_changed(table)
        # The waiting list is another object after each change.
        is_news = has_stays or table.waiting is not self._waiting
        if is_news or table.hand is None or table.hand_number != self._hand:
            self._hand, self._waiting = table.hand_number, table.waiting
            self._owner.seats_changed(table)
            net = self._net.follow(table, events)
            if net:
                # Chips of a bank are not the players' own.
                self._owner.hand_over(table.id, {} if table.config.hosting.bank else net)
            self._latest.follow(events, changed_ms)
            if (line := self._line.follow(events, changed_ms)) is not None:
                self._gate.send(table.seq, line)
            if self._pace.begins_to_delay(table, changed_ms):
                self._viewers.notify("hands_delayed", DELAYED)
            if table.closed:
                self._owner.table_closing(table.id)
            changed = partial(self._owner.table_changed, self._summary())
            self._gate.send(table.seq, changed)
            self._follow_waiting()

    def _summary(self) -> TableSummary:
        latest = self._latest
        return replace(
            summary_of(self._table),
            average_pot=latest.average_pot,
            hands_an_hour=latest.hands_an_hour,
        )

    def _follow_waiting(self) -> None:
        why = waiting_for(self._table)
        if why != self._why:
            self._why = why
            self._gate.send(self._table.seq, partial(self._viewers.tell_waiting, why))

    def waits(self, why: Literal["database", "frozen"]) -> None:
        """Tell the viewers what the table waits for."""
        self._viewers.tell_waiting(why)

    def goes_on(self) -> None:
        """Tell the viewers why no hand is dealt now, or that one is in play again."""
        self._why = waiting_for(self._table)
        self._viewers.tell_waiting(self._why)


def summary_of(table: Table) -> TableSummary:
    """A table in the lobby's list."""
    seated = [seat.player for seat in table.seats if seat is not None]
    return TableSummary(
        table.id,
        table.name,
        table.status,
        table.players,
        table.hand_number,
        table.config,
        table.seated_bots,
        waiting_for(table),
        table.hosting.paused,
        len(table.waiting),
        bots_waiting=len({bot.player for bot in table.bots}.difference(seated)),
    )
