"""The watched tables of a client: sends `watch`, repeats it when needed, and updates the views.

A `watch` is valid for one connection only.  So unlike other commands it is not sent again with its
id after a reconnect.  Instead, a new `watch` on each connection requests the events that each view
has missed, for many tables at once if the server knows that.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import structlog

from pokerws.client.errors import TableLost
from pokerws.client.link import Link, rejection
from pokerws.client.reconnect import Backoff
from pokerws.client.table_view import Gap, Mismatch, OnEvent, TableView
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    MAX_WATCHES,
    Accepted,
    Events,
    PlayerDisconnected,
    PlayerReconnected,
    PreActionHeld,
    PresenceState,
    Rejected,
    Snapshot,
    TableWaiting,
    TableWatch,
    Watch,
    Welcome,
)
from pokerws.messages.capabilities import WATCH_SEVERAL

# What the server sends about watched tables, and in answer to `watch`.
OfWatched = (
    Events
    | Snapshot
    | Accepted
    | Rejected
    | PresenceState
    | PlayerDisconnected
    | PlayerReconnected
    | TableWaiting
    | PreActionHeld
)

log = structlog.get_logger("pokerws.client")

# Bytes of such a message at most: for its id, and for each table beside the table's id.
ID_BYTES, TABLE_BYTES = 120, 90
# How long a first `watch` is repeated while another server has the table, or may have.  A lease,
# which a server leaves behind when it is killed, is shorter.
ELSEWHERE_S = 10.0
ELSEWHERE = frozenset({"owned_elsewhere", "paused"})


class _Asked(NamedTuple):
    """A `watch` without an answer yet, and how often in a row it was refused before."""

    table: TableId
    refusals: int


class _Opening(NamedTuple):
    """A table that waits for its first snapshot, since `since_s` by the loop's clock."""

    since_s: float
    view: "asyncio.Future[TableView]"
    on_event: OnEvent | None

    def fail(self, error: Exception) -> None:
        """Raise `error` to all who wait for the table; there may be nobody any more."""
        self.view.set_exception(error)
        # Otherwise asyncio logs an error if all who waited were cancelled.
        self.view.exception()


class Watches:
    """The watched tables.  `views` has each one from its first snapshot on."""

    def __init__(self, link: Link, backoff: Backoff) -> None:
        self.views: dict[TableId, TableView] = {}
        # Those of unlisted tables.
        self.keys: dict[TableId, str] = {}
        self._link = link
        self._backoff = backoff
        self._player = PlayerId("")
        self._opening: dict[TableId, _Opening] = {}
        self._asked: dict[str, Sequence[_Asked]] = {}
        # The bytes of a `watch` of several tables; 0 if the server does not know it.
        self._several_bytes = 0

    async def open(self, table: TableId, on_event: OnEvent | None) -> TableView:
        """The view of a table, once it is loaded.  Raises CommandRejected or ConnectionEnded.

        For a while, a table that another server has is asked for again.
        """
        if table in self.views:
            return self.views[table]
        if table not in self._opening:
            loop = asyncio.get_running_loop()
            future: asyncio.Future[TableView] = loop.create_future()
            self._opening[table] = _Opening(loop.time(), future, on_event)
            self._ask(table)
        # If one caller is cancelled, the others must still get the view.
        return await asyncio.shield(self._opening[table].view)

    async def open_all(self, tables: Iterable[TableId]) -> list[TableView]:
        """The views of tables, which are asked for together.  Raises what `open` raises."""
        wanted = list(dict.fromkeys(tables))
        new = [one for one in wanted if one not in self.views and one not in self._opening]
        loop = asyncio.get_running_loop()
        for table in new:
            self._opening[table] = _Opening(loop.time(), loop.create_future(), None)
        pending = {one: self._opening[one].view for one in wanted if one not in self.views}
        self._ask_all(new)
        await asyncio.gather(*map(asyncio.shield, pending.values()))
        return [self.views[one] if one not in pending else pending[one].result() for one in wanted]

    def lose(self, table: TableId, code: str) -> None:
        """Stop watching a table: calls that wait for it raise TableLost."""
        opening = self._opening.pop(table, None)
        if opening is not None:
            opening.fail(TableLost(table, code))
        view = self.views.pop(table, None)
        if view is not None:
            view.end(TableLost(table, code))

    def ended(self, error: Exception) -> None:
        """End all views: calls that wait for them raise `error`."""
        for opening in self._opening.values():
            opening.fail(error)
        for view in self.views.values():
            view.end(error)
        self._opening.clear()
        self.views.clear()

    def connected(self, welcome: Welcome) -> None:
        """Watch all tables again on a new connection."""
        self._player = welcome.player
        knows = WATCH_SEVERAL in welcome.capabilities
        self._several_bytes = welcome.limits.max_message_bytes if knows else 0
        self._asked.clear()
        for view in self.views.values():
            view.player = welcome.player
        self._ask_all([*self.views, *self._opening])

    # ---- asking

    def _ask(self, table: TableId, *, snapshot: bool = False, refusals: int = 0) -> None:
        """Send a `watch` for the events that the view has missed, or for a snapshot."""
        message_id, one = self._link.new_id(), self._wanted(table, snapshot=snapshot)
        self._asked[message_id] = [_Asked(table, refusals)]
        self._link.tell(Watch(message_id, table, one.after_seq, one.epoch, key=one.key))

    def _ask_all(self, tables: Sequence[TableId]) -> None:
        """The same for several tables, in as few messages as possible."""
        for part in self._parts(tables):
            if len(part) == 1:
                self._ask(part[0])
                continue
            message_id = self._link.new_id()
            self._asked[message_id] = [_Asked(table, 0) for table in part]
            self._link.tell(Watch(message_id, tables=[self._wanted(table) for table in part]))

    def _parts(self, tables: Sequence[TableId]) -> Iterator[list[TableId]]:
        """Tables for one message each."""
        part: list[TableId] = []
        size = ID_BYTES
        for table in tables:
            needed = len(table) + TABLE_BYTES + len(self.keys.get(table, ""))
            if part and (len(part) == MAX_WATCHES or size + needed > self._several_bytes):
                yield part
                part, size = [], ID_BYTES
            part.append(table)
            size += needed
        if part:
            yield part

    def _wanted(self, table: TableId, *, snapshot: bool = False) -> TableWatch:
        view = self.views.get(table)
        if view is None or snapshot:
            return TableWatch(table, key=self.keys.get(table))
        return TableWatch(table, view.seq, view.epoch, self.keys.get(table))

    def ask_later(self, table: TableId, refusals: int = 0, wait_ms: int = 0) -> None:
        """Send `watch` again after a pause that grows with `refusals`, at least `wait_ms`."""

        def ask() -> None:
            is_wanted = table in self.views or table in self._opening
            if is_wanted and not self._is_asked(table):
                self._ask(table, refusals=refusals)

        delay_ms = max(self._backoff.delay_ms(refusals), wait_ms)
        asyncio.get_running_loop().call_later(delay_ms / 1000, ask)

    def _is_asked(self, table: TableId) -> bool:
        return any(one.table == table for asked in self._asked.values() for one in asked)

    # ---- messages of the server

    def take(self, message: OfWatched) -> None:
        """Handle a message about a watched table, or the answer to a `watch`."""
        match message:
            case Events():
                self.take_events(message)
            case Snapshot():
                self.take_snapshot(message)
            case Accepted():
                self.accepted(message)
            case Rejected():
                self.rejected(message)
            case PresenceState() | PlayerDisconnected() | PlayerReconnected() | TableWaiting():
                if (view := self.views.get(message.table)) is not None:
                    view.take_presence(message)
            case PreActionHeld():
                if (view := self.views.get(message.table)) is not None:
                    view.take_pre_action(message)

    def accepted(self, message: Accepted) -> None:
        """Handle the answer to a `watch`; the missed events and absent players follow it."""
        asked = self._asked.pop(message.id, ())
        refusals = {one.table: one.refusals for one in asked}
        gone = {outcome.table for outcome in message.tables or () if outcome.code is not None}
        for table in refusals.keys() - gone:
            if table in self.views:
                self.views[table].forget_passing()
        for outcome in message.tables or ():
            if outcome.code is not None and outcome.table in refusals:
                refused = Rejected(
                    message.id,
                    outcome.code,
                    outcome.message or "",
                    outcome.retryable,
                    outcome.retry_after_ms,
                    category=outcome.category,
                    details=outcome.details,
                )
                self._refused(_Asked(outcome.table, refusals[outcome.table]), refused)

    def rejected(self, message: Rejected) -> None:
        """Handle a refusal of a `watch`, or of a message that the server could not decode."""
        asked = self._asked.pop(message.id, None)
        if asked is None:
            log.warning("message_rejected", code=message.code, reason=message.message)
        for one in asked or ():
            self._refused(one, message)

    def _refused(self, asked: _Asked, message: Rejected) -> None:
        if asked.table in self._opening and not self._may_come_back(asked.table, message):
            self._opening.pop(asked.table).fail(rejection(message))
        elif message.retryable:
            self.ask_later(asked.table, asked.refusals + 1, message.retry_after_ms or 0)
        else:
            self.lose(asked.table, message.code)

    def _may_come_back(self, table: TableId, message: Rejected) -> bool:
        """Whether a table that another server has is worth waiting for."""
        waited_s = asyncio.get_running_loop().time() - self._opening[table].since_s
        return message.code in ELSEWHERE and waited_s < ELSEWHERE_S

    def take_snapshot(self, message: Snapshot) -> None:
        """Create the view, or replace its state."""
        table = message.table
        if table in self.views:
            self.views[table].take_snapshot(message)
        elif table in self._opening:
            opening = self._opening.pop(table)
            view = TableView(self._player, message.state, message.epoch, opening.on_event)
            view.take_snapshot(message)
            self.views[table] = view
            opening.view.set_result(view)

    def take_events(self, message: Events) -> None:
        """Apply events to the view, or request a snapshot if some are missing."""
        view = self.views.get(message.table)
        if view is None:
            return
        try:
            view.take_events(message)
        except Mismatch as mismatch:
            log.warning("state_mismatch", table=message.table, seq=view.seq, epoch=view.epoch)
            self.miss(message.table, str(mismatch))
        except Gap as gap:
            self.miss(message.table, str(gap))

    def miss(self, table: TableId, reason: str) -> None:
        """Request a snapshot, because events are missing."""
        view = self.views.get(table)
        # The answer to a pending `watch` will contain these events too.
        if view is not None and not self._is_asked(table):
            log.info("events_missed", table=table, seq=view.seq, reason=reason)
            self._ask(table, snapshot=True)
