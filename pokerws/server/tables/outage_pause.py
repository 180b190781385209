"""Pauses tables while the database is away: nothing is shown then, and no clock may run unseen.

With durable acks these are all tables, otherwise those where chips are on their way.
"""

from collections.abc import Callable, Iterable

import structlog

from pokerws.messages import Broadcast, Notice
from pokerws.server.clock import Alarm, Clock
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.interfaces import Sink

# Play pauses when a change has waited this long to be stored.
PAUSE_AFTER_MS = 1_000
CHECK_LAG_MS = 250

log = structlog.get_logger("pokerws.lobby")


class Pausing:
    """Watches how far the `sink` is behind; `actors` gives the tables in memory."""

    def __init__(
        self, sink: Sink, clock: Clock, actors: Callable[[], Iterable[TableActor]]
    ) -> None:
        self.is_away = False
        self._sink = sink
        self._clock = clock
        self._actors = actors
        self._check: Alarm | None = None

    def start(self) -> None:
        """Check now, and again and again."""
        self._check = self._clock.call_at(self._clock.now_ms() + CHECK_LAG_MS, self.start)
        lag_ms = self._sink.oldest_ms
        if lag_ms > PAUSE_AFTER_MS:
            self.is_away = True
            self._pause(lag_ms)
        elif self.is_away and lag_ms < CHECK_LAG_MS:
            self.is_away = False
            self._go_on()

    def stop(self) -> None:
        """Check no more."""
        if self._check is not None:
            self._check.cancel()

    def _pause(self, lag_ms: int) -> None:
        held = [actor for actor in self._actors() if actor.is_held and not actor.is_paused]
        if held:
            log.error("tables_paused", lag_ms=lag_ms, tables=len(held))
            _tell_watchers(held, "paused", "the database is away; the clocks stand still")
        for actor in held:
            actor.pause()

    def _go_on(self) -> None:
        paused = [actor for actor in self._actors() if actor.is_paused]
        log.info("tables_go_on", tables=len(paused))
        _tell_watchers(paused, "resumed", "the database is back; play goes on")
        # One that has a fault leaves while the others go on.
        for actor in paused:
            actor.go_on()


def _tell_watchers(actors: list[TableActor], code: str, message: str) -> None:
    for actor in actors:
        notice = Broadcast(Notice(code, message, actor.table.id))
        for viewer in list(actor.watchers):
            viewer.show(notice.on(viewer.wire))
