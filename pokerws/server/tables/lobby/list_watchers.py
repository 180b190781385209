"""Watchers of the lobby, and the rounds that send them its changes.

Changes are gathered and then sent in a round over all views.  A round is cut into slices with
pauses in between, so it delays no table, and takes only a small share of a processor.
"""

from collections.abc import Iterator
from itertools import islice, takewhile

import structlog

from pokerws.messages import PAGE_SIZE, Broadcast, WatchLobby, Wire
from pokerws.server.clock import Alarm, Clock
from pokerws.server.isolation import attempt
from pokerws.server.tables.interfaces import Viewer
from pokerws.server.tables.lobby.list_cache import ListCache
from pokerws.server.tables.lobby.list_rows import Selection, TableRow, TableRows
from pokerws.server.tables.lobby.list_views import Seen, View, ViewKey, WholeList, Window

# Changes are gathered for this long, or longer with many watchers: for a millisecond for each.
GATHER_MS = 250
MS_PER_WATCHER = 1
# Changes of hand numbers alone are sent at most once in this time.
HANDS_GATHER_MS = 5_000
# Views updated and messages sent at a time, and the pause before the next ones.
SLICE = 100
PAUSE_MS = 10

log = structlog.get_logger("pokerws.list_watchers")


class ListWatchers:
    """The views of `rows` that are watched.  The key None is that of the whole list."""

    def __init__(self, rows: TableRows, clock: Clock) -> None:
        self._rows = rows
        self._clock = clock
        self._views: dict[ViewKey | None, View] = {}
        self._key_of: dict[Viewer, ViewKey | None] = {}
        self._firsts = ListCache[bytes]()
        # Rows with news that a view may lack, the latest last.
        self._news: dict[int, TableRow] = {}
        # Whether there are changes to send: news, and hand numbers alone.
        self._has_news = self._has_hands = False
        # When hand numbers may be sent again.
        self._hands_ms = 0
        # The rest of the round that is being sent.
        self._round: Iterator[None] | None = None
        self._alarm: Alarm | None = None
        self._alarm_ms = 0

    def subscribe(self, viewer: Viewer, message: WatchLobby) -> None:
        """Send a viewer the requested view, and from now on its changes, in place of an earlier
        view.
        """
        self.forget(viewer)
        key = None
        if message.filter is not None or message.limit is not None:
            key = ViewKey(Selection(message.filter), message.limit or PAGE_SIZE)
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = self._new_view(key)
        view.watchers.add(viewer)
        self._key_of[viewer] = key
        _send(view, viewer, self._first(key, viewer.wire))

    def _new_view(self, key: ViewKey | None) -> View:
        seen = Seen(self._rows.changes, self._rows.changes)
        return WholeList(self._rows, seen) if key is None else Window(self._rows, key, seen)

    def forget(self, viewer: Viewer) -> None:
        """Unsubscribe a viewer, if it is subscribed."""
        if viewer not in self._key_of:
            return
        key = self._key_of.pop(viewer)
        watchers = self._views[key].watchers
        watchers.remove(viewer)
        if not watchers:
            del self._views[key]

    def resend(self, viewer: Viewer) -> None:
        """Send a viewer that missed changes all tables of its view."""
        if viewer in self._key_of:
            key = self._key_of[viewer]
            if self._views[key].is_droppable:
                _send(self._views[key], viewer, self._first(key, viewer.wire))

    def _first(self, key: ViewKey | None, wire: Wire) -> bytes:
        """The first message of a view, encoded once until the view is updated.

        Later changes come with the next update.
        """
        view = self._views[key]
        return self._firsts.get((wire, key), view.seen, lambda: wire.encode(view.first()))

    # ---- changes

    def note(self, row: TableRow) -> None:
        """Record that a row has changed."""
        if not self._views:
            return
        if row.news == row.changed:
            self._news.pop(row.number, None)
            self._news[row.number] = row
            self._has_news = True
        else:
            self._has_hands = True
        if self._round is None:
            self._schedule()

    def stop(self) -> None:
        """Send no more changes."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _schedule(self) -> None:
        """Set the alarm for the next round."""
        at_ms = self._clock.now_ms() + max(GATHER_MS, len(self._key_of) * MS_PER_WATCHER)
        if not self._has_news:
            at_ms = max(at_ms, self._hands_ms)
        if self._alarm is None or at_ms < self._alarm_ms:
            self._set_alarm(at_ms)

    def _set_alarm(self, at_ms: int) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm, self._alarm_ms = self._clock.call_at(at_ms, self._run), at_ms

    def _run(self) -> None:
        """Begin a round, or go on with it."""
        self._alarm = None
        now_ms = self._clock.now_ms()
        if self._round is None:
            self._round = self._new_round(now_ms)
        if sum(1 for _ in islice(self._round, SLICE)) == SLICE:
            self._set_alarm(now_ms + PAUSE_MS)
            return
        self._round = None
        self._forget_news()
        if self._has_news or self._has_hands:
            self._schedule()

    def _new_round(self, now_ms: int) -> Iterator[None]:
        hands = self._has_hands and now_ms >= self._hands_ms
        self._has_news = False
        if hands:
            self._has_hands, self._hands_ms = False, now_ms + HANDS_GATHER_MS
        return self._update_all(hands=hands)

    def _update_all(self, *, hands: bool) -> Iterator[None]:
        """A round, with a step after each view and each message."""
        for view in list(self._views.values()):
            frames = self._changes_of(view, hands=hands)
            yield
            if frames is None:
                continue
            for viewer in list(view.watchers):
                # Some may have left meanwhile.
                if viewer in view.watchers:
                    attempt(viewer, _send_changes, view, viewer, frames)
                yield

    def _changes_of(self, view: View, *, hands: bool) -> Broadcast | None:
        seen = view.seen
        try:
            news = list(takewhile(lambda row: row.news > seen.news, reversed(self._news.values())))
            now = Seen(self._rows.changes if hands else seen.hands, self._rows.changes)
            message = view.update(news[::-1], now)
        except Exception:
            # A bug in one view must not stop the others.
            log.exception("lobby_not_updated")
            return None
        return None if message is None else Broadcast(message)

    def _forget_news(self) -> None:
        """Drop the news that all views have."""
        seen = min((view.seen.news for view in self._views.values()), default=self._rows.changes)
        for row in list(takewhile(lambda row: row.news <= seen, self._news.values())):
            del self._news[row.number]


def _send(view: View, viewer: Viewer, frame: bytes) -> None:
    if view.is_droppable:
        viewer.send_table_frame(frame)
    else:
        viewer.send(frame)


def _send_changes(view: View, viewer: Viewer, frames: Broadcast) -> None:
    _send(view, viewer, frames.on(viewer.wire))
