"""Notifies the lobby of what its list and its statistics need to know of one table."""

from collections.abc import Callable, Sequence
from functools import partial

from pokerws.game.events import TableEvent
from pokerws.game.state import Table
from pokerws.server.tables.actors.hand_net import HandNet
from pokerws.server.tables.commit_gate import CommitGate
from pokerws.server.tables.hand_pace import DELAYED, HandPace
from pokerws.server.tables.interfaces import Owner
from pokerws.server.tables.viewers import summary_of


class LobbyNews:
    """Follows the events of `table`.

    The summary passes the `gate`; `notify` sends the table's viewers a notice.
    """

    __slots__ = ("_gate", "_hand", "_net", "_owner", "_pace", "_table", "_waiting", "notify")

    def __init__(
        self,
        table: Table,
        owner: Owner,
        gate: CommitGate,
        pace: HandPace,
        notify: Callable[[str, str], None],
    ) -> None:
        self._table = table
        self._owner = owner
        self._gate = gate
        self._pace = pace
        self.notify = notify
        self._net = HandNet(table)
        # The hand number when the lobby was last notified.
        self._hand = -1
        self._waiting = table.waiting

    def follow(self, events: Sequence[TableEvent], changed_ms: int, *, has_stays: bool) -> None:
        """Notify the lobby if the events may have changed the table's summary.

        `has_stays`: somebody may have taken or left a seat in them.
        """
        table = self._table
        # The waiting list is another object after each change.
        is_news = has_stays or table.waiting is not self._waiting
        if is_news or table.hand is None or table.hand_number != self._hand:
            self._hand, self._waiting = table.hand_number, table.waiting
            self._owner.seats_changed(table)
            if net := self._net.follow(table, events):
                self._owner.hand_over(table.id, net)
            if self._pace.begins_to_delay(table, changed_ms):
                self.notify("hands_delayed", DELAYED)
            if table.closed:
                self._owner.table_closing(table.id)
            changed = partial(self._owner.table_changed, summary_of(table))
            self._gate.send(table.seq, changed)
