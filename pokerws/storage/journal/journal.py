"""The journal: the one task that writes what happens at the tables, behind the play.

`put` never waits; a batch goes out as soon as the one before it is in, without a timer.  Memory is
the truth: a row that somebody has edited is brought up to date, and only another owner of the table
ends that.  docs/decisions/0004-write-path.md has the reasons.

The journal never drops an event of a table that it may still write.  While the store is away they
pile up, and `over_high_water` says when the server has to slow the play down.
"""

import asyncio
import logging
import math
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from pokerws.game.state import TableId
from pokerws.storage.journal.change_builder import Step
from pokerws.storage.journal.pending import Entry, Pending
from pokerws.storage.store import (
    Change,
    Overdrawn,
    Position,
    Store,
    StoreFull,
    StoreRejected,
    StoreUnavailable,
)

HIGH_WATER_EVENTS = 50_000
# Where fewer events than this wait, a batch does not wait for more.
GATHER_EVENTS = 50

log = structlog.get_logger("pokerws.journal")


@dataclass(frozen=True)
class BackOff:
    """How long to leave an unavailable store alone: doubled each time, up to a limit, and spread
    at random, so that several servers do not come back all at once."""

    first_s: float = 0.05
    most_s: float = 5.0

    def delay_s(self, failures: int) -> float:
        """The wait after so many failures in a row, from 1."""
        longest = min(self.most_s, self.first_s * 2.0 ** min(failures - 1, 30))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311  spreading load is no secret


@dataclass
class _Flush:
    """Someone who waits for tables to be written up to a version."""

    behind: dict[TableId, int]
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def reached(self, table: TableId, version: float) -> None:
        if self.behind.get(table, math.inf) <= version:
            self.behind.pop(table, None)
        if not self.behind:
            self.done.set()


class Journal:
    """Writes changes to a store in the background, from `start` to `stop`.

    The callbacks run in the journal's task, so they have to be short.  `on_fenced`: another process
    owns the table now.  `on_quarantined`: the store refuses the table's data, or an account cannot
    pay what was brought to it.  `on_conflict`:
    somebody edited the row; without that callback memory is the truth, and the row is brought up to
    date.  After any of the three, the table's changes are dropped and counted until it comes with a
    higher epoch; so whoever claims a table flushes first.  `on_written(table, version)`: all up to
    `version` is committed, and what waited for that can be shown.

    Where play is busy, a batch begins `gather_s` after the one before it: each table has one row in
    it however often it has changed, so that fewer rows are written.  Chips that move and a flush do
    not wait for that, nor does a change that has few beside it.

    Two are for counting.  `on_outcome(operation, outcome)`: what has become of one table's row, in
    the words of the log; an outage is logged once, but counted at each try, for each of its tables.
    `on_batch(tables, events, seconds)`: the store has carried out a save.
    """

    def __init__(
        self,
        store: Store,
        *,
        keep_events: bool,
        on_fenced: Callable[[TableId], None] = lambda table: None,
        on_quarantined: Callable[[TableId], None] = lambda table: None,
        on_conflict: Callable[[TableId], None] | None = None,
        on_written: Callable[[TableId, int], None] = lambda table, version: None,
        on_outcome: Callable[[str, str], None] = lambda operation, outcome: None,
        on_batch: Callable[[int, int, float], None] = lambda tables, events, seconds: None,
        gather_s: float = 0,
        high_water_events: int = HIGH_WATER_EVENTS,
        back_off: BackOff | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._on_fenced = on_fenced
        self._on_quarantined = on_quarantined
        self._on_conflict = on_conflict
        self._on_written = on_written
        self._on_outcome = on_outcome
        self._on_batch = on_batch
        self._gather_s = gather_s
        self._high_water_events = high_water_events
        self._back_off = back_off or BackOff()
        self._clock = clock
        self._pending = Pending(keep_events=keep_events)
        self._failures = 0
        self._alarmed = False
        # Asked once a batch: a line that is not wanted costs 2 µs, and there is one a table.
        self._verbose = False
        self._flushes: list[_Flush] = []
        self._work = asyncio.Event()
        self._hurry = asyncio.Event()
        # Set where somebody waits for what is to be written.
        self._urgent = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write.  Changes may have been put before."""
        self._task = asyncio.create_task(self._run(), name="journal")

    def put(self, change: Change | Step) -> None:
        """Take over a change.  Raises ValueError when it does not follow the table's last one."""
        if self._stopping:
            raise RuntimeError("the journal has been stopped")
        self._pending.put(change, self._clock())
        self._work.set()
        if change.transfers:
            self._urgent.set()

    async def flush(self, timeout_s: float, table: TableId | None = None) -> None:
        """Wait until all that was put so far, for one table or all, is written, or lost.

        Raises TimeoutError.
        """
        if not (behind := self._pending.versions(table)):
            return
        flush = _Flush(behind)
        self._flushes.append(flush)
        self._urgent.set()
        try:
            async with asyncio.timeout(timeout_s):
                await flush.done.wait()
        finally:
            self._flushes.remove(flush)

    async def stop(self, timeout_s: float) -> bool:
        """Take nothing more, flush, end.  Returns whether everything is written."""
        self._stopping = True
        self._hurry.set()
        if self._task is not None:
            try:
                await self.flush(timeout_s)
            except TimeoutError:
                self._log_failure(
                    logging.ERROR, f"stopped after {timeout_s} s, with this not written"
                )
            self._task.cancel()
            await asyncio.wait([self._task])
        return not self._pending

    @property
    def waiting(self) -> int:
        """How many changes are not written yet."""
        return self._pending.changes

    @property
    def waiting_events(self) -> int:
        """How many events are not written yet."""
        return self._pending.events

    @property
    def oldest_ms(self) -> int:
        """For how long the oldest of them has waited; 0 when there is none."""
        oldest_s = self._pending.oldest_s
        return 0 if oldest_s is None else round(1000 * (self._clock() - oldest_s))

    @property
    def over_high_water(self) -> bool:
        """Whether so much waits that play has to slow down."""
        return self._pending.events >= self._high_water_events

    @property
    def healthy(self) -> bool:
        """Whether the latest try to write reached the store."""
        return self._failures == 0

    @property
    def dropped(self) -> int:
        """How many changes were dropped, of tables that were fenced or quarantined."""
        return self._pending.dropped

    async def _run(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            self._urgent.clear()
            began_s = self._clock()
            try:
                await self._write(self._sealed(self._pending.take()))
            except StoreUnavailable as error:
                self._failed(str(error), alarm=isinstance(error, StoreFull))
            except Exception as error:
                # A journal that ends would lose everything, so a fault in it counts as an outage.
                log.exception("journal_fault")
                self._failed(repr(error))
            self._pending.put_back()
            if self._pending:
                self._work.set()
                if self._failures:
                    await self._pause()
                elif self._pending.events >= GATHER_EVENTS and not self._flushes:
                    await self._gather(began_s + self._gather_s - self._clock())

    def _sealed(self, batch: list[Entry]) -> list[Entry]:
        """The entries of a batch whose rows can be made, made now, as the tables go on."""
        sealed: list[Entry] = []
        for entry in batch:
            try:
                entry.seal()
            except Exception as error:
                # The fault of one table must not stop the others.
                log.exception("seal_failed", table=entry.table, version=entry.version)
                self._quarantine(entry, error)
            else:
                sealed.append(entry)
        return sealed

    async def _write(self, batch: list[Entry]) -> None:
        """Write a batch; one that the store rejects is halved until the bad table is alone."""
        pieces = [batch] if batch else []
        while pieces:
            piece = pieces.pop()
            try:
                written = await self._save(piece)
            except StoreRejected as error:
                if len(piece) == 1 and isinstance(error, Overdrawn):
                    self._overdrawn(piece[0], error)
                elif len(piece) == 1:
                    self._quarantine(piece[0], error)
                else:
                    middle = len(piece) // 2
                    pieces += [piece[middle:], piece[:middle]]
                continue
            self._verbose = log.is_enabled_for(logging.DEBUG)
            for entry in piece:
                if entry.table in written:
                    self._written(entry, entry.version)
            # Only now, since it may fail, and what is known to be stored must not be forgotten.
            for entry in piece:
                if entry.table not in written:
                    await self._resolve(entry)

    async def _save(self, piece: list[Entry]) -> set[TableId]:
        started_s = self._clock()
        try:
            written = await self._store.save([entry.as_change() for entry in piece])
        except StoreRejected:
            raise
        except BaseException:
            for entry in piece:
                entry.unsure.add(entry.version)
            raise
        if self._failures:
            log.info("save_resumed", after_failures=self._failures, waiting=self.waiting)
            self._failures = 0
            self._alarmed = False
        took_s = self._clock() - started_s
        events = sum(entry.events_count for entry in piece if entry.table in written)
        log.info("save_batch", tables=len(written), events=events, ms=round(1000 * took_s, 1))
        self._tell(self._on_batch, len(written), events, took_s)
        return written

    async def _resolve(self, entry: Entry) -> None:
        """Find out why a table was not written: its row is not where it was expected."""
        stored = await self._store.position(entry.table) or Position(0, entry.epoch)
        if stored.epoch != entry.epoch:
            self._fence(entry, stored)
        elif stored.version in entry.unsure:
            self._written(entry, stored.version)
        elif stored.version == entry.expected:
            raise StoreUnavailable(f"{entry.table} was not written, and why cannot be seen")
        elif entry.expected == 0 and not entry.unsure:
            # The row of a new table cannot be there before it is made: it is somebody else's.
            self._fence(entry, stored)
        else:
            log.warning(
                "save_game",
                outcome="DB_CONFLICT",
                table=entry.table,
                version=entry.version,
                expected_version=entry.expected,
                stored_version=stored.version,
            )
            self._tell(self._on_outcome, "save_game", "DB_CONFLICT")
            if self._on_conflict is not None:
                self._lose(entry, self._on_conflict)
            else:
                entry.expected = stored.version

    def _written(self, entry: Entry, version: int) -> None:
        """The store has the entry up to `version`; the rest of it, if any, goes on waiting."""
        table = entry.table
        if entry.expected == 0:
            log.info("create_game", outcome="DB_SUCCESS", table=table, version=version)
            self._tell(self._on_outcome, "create_game", "DB_SUCCESS")
        if self._verbose:
            log.debug("save_game", outcome="DB_SUCCESS", table=table, version=version)
        self._tell(self._on_outcome, "save_game", "DB_SUCCESS")
        self._pending.written(entry, version)
        self._tell(self._on_written, table, version)
        for flush in self._flushes:
            flush.reached(table, version)

    def _fence(self, entry: Entry, stored: Position) -> None:
        log.error(
            "save_game",
            outcome="FENCED",
            table=entry.table,
            version=entry.version,
            epoch=entry.epoch,
            stored_version=stored.version,
            stored_epoch=stored.epoch,
        )
        self._tell(self._on_outcome, "save_game", "FENCED")
        self._lose(entry, self._on_fenced)

    def _quarantine(self, entry: Entry, error: Exception) -> None:
        log.error(
            "save_game",
            outcome="DB_FAILED",
            table=entry.table,
            name=None if entry.newest is None else entry.newest.name,
            version=entry.version,
            stored_version=entry.expected,
            error=f"quarantined: {error}",
        )
        self._tell(self._on_outcome, "save_game", "DB_FAILED")
        self._lose(entry, self._on_quarantined)

    def _overdrawn(self, entry: Entry, error: Overdrawn) -> None:
        log.warning(
            "save_game",
            outcome="DB_FAILED",
            table=entry.table,
            version=entry.version,
            stored_version=entry.expected,
            error=f"taken back: {error}",
        )
        self._tell(self._on_outcome, "save_game", "DB_FAILED")
        self._lose(entry, self._on_quarantined)

    def _lose(self, entry: Entry, callback: Callable[[TableId], None]) -> None:
        if self._pending.lose(entry):
            for flush in self._flushes:
                flush.reached(entry.table, math.inf)
            self._tell(callback, entry.table)

    def _failed(self, reason: str, *, alarm: bool = False) -> None:
        """Count a failure.  An outage is logged once, when it begins, and once more when it turns
        out to be one that somebody has to do something about."""
        self._failures += 1
        for _ in range(self._pending.taken):
            self._tell(self._on_outcome, "save_game", "DB_FAILED")
        if alarm and not self._alarmed:
            self._alarmed = True
            self._log_failure(logging.ERROR, reason)
        elif self._failures == 1:
            self._log_failure(logging.WARNING, reason)

    def _log_failure(self, level: int, reason: str) -> None:
        log.log(
            level,
            "save_game",
            outcome="DB_FAILED",
            waiting=self._pending.changes,
            waiting_events=self._pending.events,
            error=reason,
        )

    async def _pause(self) -> None:
        """Leave the store alone for a while, or until we are to stop."""
        try:
            async with asyncio.timeout(self._back_off.delay_s(self._failures)):
                await self._hurry.wait()
            self._hurry.clear()
        except TimeoutError:
            return

    async def _gather(self, left_s: float) -> None:
        """Leave the next batch that time to grow, unless somebody waits for it."""
        if left_s > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._urgent.wait()

    def _tell(self, callback: Callable[..., None], *arguments: object) -> None:
        try:
            callback(*arguments)
        except Exception:
            # The fault of one table's owner must not stop the others.
            log.exception("journal_callback_failed", arguments=arguments)
