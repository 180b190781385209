"""Pauses tables while the database is away.

Frames that wait for a commit are not sent during an outage, so no player's clock may run.  With
durable acks this concerns all tables; otherwise only those whose chips are moving.  The others show
their cards ahead of the database then (see `actors.cards_ahead`).

All tables also pause while the lease is over, since another server may have taken them over.
Without durable acks they then pause only after the process was asleep: in an outage memory is the
source of truth, and play goes on.
"""

from collections.abc import Callable, Mapping, Sequence

import structlog

from pokerws.game.state import TableId
from pokerws.server.clock import Alarm, Clock
from pokerws.server.isolation import each
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.actors.cards_ahead import CardsAhead
from pokerws.server.tables.interfaces import NO_LEASE, Lease, TableJournal

# Play pauses when a change has waited this long to be stored.
PAUSE_AFTER_MS = 1_000
CHECK_LAG_MS = 250
PAUSED = "the database is away; the clocks stand still"
RESUMED = "the database is back; play goes on"

log = structlog.get_logger("pokerws.outage_pause")


class OutagePause:
    """Watches `journal` and `lease`; `actors` are those of the tables in memory."""

    def __init__(
        self,
        journal: TableJournal,
        clock: Clock,
        actors: Mapping[TableId, TableActor],
        cards: CardsAhead,
        lease: Lease = NO_LEASE,
        *,
        durable: bool = False,
    ) -> None:
        self._cards = cards
        self._is_away = False
        # Whether an operator has frozen a table; it is set by the moderation.
        self.is_frozen: Callable[[TableId], bool] = lambda _: False
        self._lease = lease
        self._durable = durable
        self._journal = journal
        self._clock = clock
        self._actors = actors
        self._check: Alarm | None = None

    def start(self) -> None:
        """Check now, and then periodically; a journal that keeps nothing has no outages."""
        if not self._journal.keeps:
            return
        self._check = self._clock.call_at(self._clock.now_ms() + CHECK_LAG_MS, self.start)
        self.check()

    def check(self) -> None:
        """Pause tables, or end the pause, if that is due."""
        lag_ms = self._journal.oldest_ms
        if self.is_doubtful:
            self._is_away = True
            self._pause(lag_ms, [one for one in self._actors.values() if not one.is_paused])
        elif lag_ms > PAUSE_AFTER_MS:
            self._is_away = True
            waiting = (one for one in self._actors.values() if self._must_wait(one))
            self._pause(lag_ms, [one for one in waiting if not one.is_paused])
            # Others may wait since the lease was in doubt.
            self._go_on(lambda one: not self._must_wait(one))
        elif self._is_away and lag_ms < CHECK_LAG_MS:
            self._is_away = False
            self._go_on(lambda one: True)
        if not self.is_doubtful:
            # A write that failed shows it sooner than the lag does.
            is_away = lag_ms > PAUSE_AFTER_MS or (lag_ms > 0 and not self._journal.healthy)
            self._cards.check(is_away=is_away)

    def stop(self) -> None:
        """Stop checking."""
        if self._check is not None:
            self._check.cancel()

    @property
    def paused(self) -> int:
        """The number of tables that are paused."""
        # Outside of outages nothing is counted, however many tables there are.
        return sum(actor.is_paused for actor in self._actors.values()) if self._is_away else 0

    def apply_to(self, actor: TableActor) -> None:
        """Pause a table that has just come into memory, if there is an outage, or freeze it."""
        if self.is_frozen(actor.table.id):
            actor.freeze(on=True)
        if self._is_away and (self._must_wait(actor) or self.is_doubtful):
            actor.pause()

    def _must_wait(self, actor: TableActor) -> bool:
        """Whether a table cannot go on before its latest change is stored."""
        return actor.gate.holds_chips or (actor.is_held and self._cards.is_stuck)

    @property
    def is_doubtful(self) -> bool:
        """Whether another server may own the tables by now."""
        lease = self._lease
        return lease.is_over and (self._durable or not lease.is_away)

    def _pause(self, lag_ms: int, held: Sequence[TableActor]) -> None:
        if held:
            log.error("tables_paused", lag_ms=lag_ms, tables=len(held))
        each(held, lambda actor: actor.notify("paused", PAUSED))
        each(held, lambda actor: actor.pause())

    def _go_on(self, may: Callable[[TableActor], bool]) -> None:
        paused = [actor for actor in self._actors.values() if actor.is_paused and may(actor)]
        if paused:
            log.info("tables_go_on", tables=len(paused))
        each(paused, lambda actor: actor.notify("resumed", RESUMED))
        each(paused, lambda actor: actor.go_on())
