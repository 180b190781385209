"""Write-behind: one task stores what happens at all tables, so that play never waits.

A batch is written as soon as the one before it is committed, without a timer.
docs/decisions/0004-write-path.md has the reasons.

The journal never drops an event of a table that it may still write.  While the store is out of
reach, events pile up, and `over_high_water` says when play must slow down.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress

import structlog

from pokerws.game.state import TableId
from pokerws.storage.errors import Overdrawn, StoreFull, StoreRejected, StoreUnavailable
from pokerws.storage.journal.announcer import Announcer
from pokerws.storage.journal.back_off import BackOff
from pokerws.storage.journal.flush import Flush
from pokerws.storage.journal.listener import JournalListener
from pokerws.storage.journal.outcome_log import OutcomeLog
from pokerws.storage.journal.pending import Entry, Pending
from pokerws.storage.outcomes import UNMEASURED, Operation, Outcome, StorageMetrics, went_back
from pokerws.storage.store import Change, Position, Standing, Store, standing_of

HIGH_WATER_EVENTS = 50_000
# With fewer waiting events a batch does not wait for more.
GATHER_EVENTS = 50

log = structlog.get_logger("pokerws.journal")


class Journal:
    """Writes changes to a store in the background, from `start` to `stop`.

    Listeners are told what became of each table's changes (see `JournalListener`).  A row that
    somebody edited is brought up to date while `overwrite_edits`, since memory is the truth then;
    otherwise the table's changes are dropped and listeners are told of the conflict.  They are also
    dropped if the database has gone back to an older state, and listeners are told so.

    A batch is sent before listeners are told of the one before, so that the store does not wait for
    the frames that they send.  They are told in order, and before anything else about a table.

    Under load, a batch begins `gather_s` after the one before it.  A batch has one row for each
    table, however often the table changed, so that fewer rows are written.  Three things do not
    wait: transfers of chips, a flush, and a change with few others waiting.
    """

    # A table that leaves memory can be loaded again.
    keeps = True
    skipped = None

    def __init__(
        self,
        store: Store,
        *,
        overwrite_edits: bool = True,
        metrics: StorageMetrics = UNMEASURED,
        gather_s: float = 0,
        high_water_events: int = HIGH_WATER_EVENTS,
        back_off: BackOff | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._overwrite_edits = overwrite_edits
        self._metrics = metrics
        self._saves = metrics.count_of("save_game", Outcome.DB_SUCCESS)
        self._gather_s = gather_s
        self._high_water_events = high_water_events
        self._back_off = back_off or BackOff()
        self._clock = clock
        self._log = OutcomeLog(clock)
        self._announcer = Announcer(self._log, clock)
        self._pending = Pending()
        self._failures = 0
        self._alarmed = False
        # Asked once a batch.
        self._logger = log.bind()
        self._work = asyncio.Event()
        self._hurry = asyncio.Event()
        # Set when somebody waits for a change to be written.
        self._urgent = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def subscribe(self, listener: JournalListener) -> None:
        """Report to `listener` from now on; listeners are called in the order of subscription."""
        self._announcer.listeners.append(listener)

    def start(self, watch: Callable[[asyncio.Task[None]], None] = lambda task: None) -> None:
        """Start the task.  Changes may have been put before.

        `watch` is given the task, which runs until `stop`.
        """
        # Once for all batches: each use of a lazy logger costs 10 thousand instructions.
        self._logger = log.bind()
        self._task = asyncio.create_task(self._run(), name="journal")
        watch(self._task)

    def put(self, change: Change) -> None:
        """Take over a change.  Raises ValueError when it does not follow the table's last one."""
        if self._stopping:
            raise RuntimeError("the journal has been stopped")
        self._pending.put(change, self._clock())
        self._work.set()
        # With durable acks it is not even in memory for anybody before it is stored.
        if self._overwrite_edits and (
            change.expected == 0 or change.table not in self._log.in_memory_known
        ):
            self._log.in_memory(change, verbose=False)
        if change.transfers:
            self._urgent.set()

    def drop(self, table: TableId, epoch: int) -> None:
        """Drop a table's waiting changes up to `epoch`, and those that come until a higher one."""
        self._pending.drop(table, epoch)
        for flush in self._announcer.flushes:
            if not self._pending.versions(table):
                flush.reached(table, math.inf)

    async def flush(self, timeout_s: float, table: TableId | None = None) -> None:
        """Wait until all changes put so far, of one table or of all, are written or lost.

        Raises TimeoutError.
        """
        if not (behind := self._announcer.versions(table) | self._pending.versions(table)):
            return
        flush = Flush(behind)
        self._announcer.flushes.append(flush)
        self._urgent.set()
        try:
            async with asyncio.timeout(timeout_s):
                await flush.done.wait()
        finally:
            self._announcer.flushes.remove(flush)

    async def stop(self, timeout_s: float) -> bool:
        """Take no more changes, flush and end.

        Returns whether everything that has happened is written; snapshots may be missing.
        """
        self._stopping = True
        self._hurry.set()
        # A task that has failed writes nothing more, however long one waits for it.
        if self._task is not None and not self._task.done():
            try:
                await self.flush(timeout_s)
            except TimeoutError:
                log.log(
                    logging.ERROR if self._pending.has_news else logging.WARNING,
                    "save_game",
                    outcome=Outcome.DB_FAILED,
                    error=f"stopped after {timeout_s} s, with this not written",
                    **self._backlog,
                )
            self._task.cancel()
            await asyncio.wait([self._task])
        self._announcer.tell_all()
        return not self._pending.has_news

    @property
    def waiting(self) -> int:
        """The number of changes not written yet."""
        return self._pending.changes

    @property
    def waiting_events(self) -> int:
        """The number of events not written yet."""
        return self._pending.events

    @property
    def oldest_ms(self) -> int:
        """How long the oldest change has waited; 0 without one."""
        oldest_s = self._pending.oldest_s
        return 0 if oldest_s is None else round(1000 * (self._clock() - oldest_s))

    @property
    def over_high_water(self) -> bool:
        """Whether so much waits that play must slow down."""
        return self._pending.events >= self._high_water_events

    @property
    def healthy(self) -> bool:
        """Whether the latest write reached the store."""
        return self._failures == 0

    @property
    def dropped(self) -> int:
        """The number of dropped changes, of tables that were fenced or rejected."""
        return self._pending.dropped

    async def _run(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            self._urgent.clear()
            began_s = self._clock()
            try:
                await self._write(self._pending.take())
            except StoreUnavailable as error:
                self._failed(str(error), alarm=isinstance(error, StoreFull))
            except Exception as error:
                # A journal that ended would lose everything: treat a bug in it as an outage.
                if self._log.is_due("journal_fault"):
                    log.exception("journal_fault")
                self._failed(repr(error))
            if not self._pending.put_back():
                self._announcer.tell()
                continue
            self._work.set()
            if self._failures:
                self._announcer.tell()
                await self._pause()
            elif self._pending.events >= GATHER_EVENTS and not self._announcer.flushes:
                left_s = began_s + self._gather_s - self._clock()
                if left_s > 0:
                    self._announcer.tell()
                    await self._gather(left_s)

    async def _write(self, batch: list[Entry]) -> None:
        """Write a batch; if the store rejects it, bisect it until the bad table is alone."""
        pieces = [batch] if batch else []
        while pieces:
            piece = pieces.pop()
            try:
                written = await self._save(piece)
            except StoreRejected as error:
                if len(piece) == 1:
                    self._reject(piece[0], error)
                else:
                    middle = len(piece) // 2
                    pieces += [piece[middle:], piece[:middle]]
                continue
            if len(written) == len(piece):
                self._settle(piece)
                continue
            self._settle([entry for entry in piece if entry.table in written])
            self._announcer.tell_all()
            # Only now, since it may fail, and the tables above are known to be stored.
            for entry in piece:
                if entry.table not in written:
                    await self._resolve(entry)

    def _settle(self, stored: list[Entry]) -> None:
        """Record that entries are stored; listeners are told later."""
        created = sum([entry.expected == 0 for entry in stored])
        if created:
            self._count("create_game", Outcome.DB_SUCCESS, created)
        self._saves.value += len(stored)
        for entry in stored:
            self._written(entry, entry.changes[-1])

    async def _save(self, piece: list[Entry]) -> set[TableId]:
        started_s = self._clock()
        # The store works on this batch while frames of the one before are sent.
        self._announcer.tell_soon()
        try:
            written = await self._store.save([entry.as_change() for entry in piece])
        except StoreRejected:
            raise
        except BaseException:
            for entry in piece:
                entry.unsure.setdefault(entry.version, entry.newest)
            raise
        if self._failures:
            log.info("save_resumed", after_failures=self._failures, waiting=self.waiting)
            self._failures = 0
            self._alarmed = False
        now_s = self._clock()
        took_s = now_s - started_s
        stored = [entry for entry in piece if entry.table in written]
        events = sum([entry.events for entry in stored])
        self._announcer.verbose = self._logger.is_enabled_for(logging.DEBUG)
        if self._announcer.verbose:
            log.debug("save_batch", tables=len(written), events=events, ms=round(1000 * took_s, 1))
        waited_s = [now_s - entry.since_s for entry in stored]
        self._call(self._metrics.batch, events, took_s, waited_s)
        return written

    async def _resolve(self, entry: Entry) -> None:
        """Find out why a table was not written: its row is not at the expected version."""
        owner = self._store.owner
        found = await self._store.position(entry.table)
        standing = standing_of(found, epoch=entry.epoch, owner=owner, committed=entry.committed)
        stored = found or Position(0, entry.epoch, owner)
        if standing is Standing.FENCED:
            self._fence(entry, stored)
        elif standing is Standing.WENT_BACK and await self._has_gone_back(entry, found):
            self._go_back(entry, stored)
        elif stored.version in entry.unsure:
            if entry.expected == 0:
                self._count("create_game", Outcome.DB_SUCCESS)
            self._count("save_game", Outcome.DB_SUCCESS)
            self._written(entry, entry.unsure[stored.version])
        elif stored.version == entry.expected:
            raise StoreUnavailable(f"{entry.table} was not written, for no visible reason")
        elif entry.expected == 0 and not entry.unsure:
            # The row of a new table exists already: another process owns that id.
            self._fence(entry, stored)
        else:
            self._log.failed(
                logging.WARNING,
                Outcome.DB_CONFLICT,
                entry.table,
                version=entry.version,
                expected_version=entry.expected,
                stored_version=stored.version,
            )
            self._count("save_game", Outcome.DB_CONFLICT)
            if self._overwrite_edits:
                self._overwrite(entry, stored.version)
            elif self._drop(entry):
                for listener in self._announcer.listeners:
                    self._call(listener.conflict, entry.table)

    def _overwrite(self, entry: Entry, version: int) -> None:
        """Write an entry over an edited row, with a snapshot, since that may be edited too."""
        entry.expected = version
        if not entry.has_snapshot and not self._stopping:
            for listener in self._announcer.listeners:
                self._call(listener.edited, entry.table)

    async def _has_gone_back(self, entry: Entry, found: Position | None) -> bool:
        """Whether an old row is a whole one, and not one whose version somebody edited."""
        if found is None or found.epoch < entry.epoch:
            return True
        stored = await self._store.look(entry.table)
        return stored is None or stored.is_whole

    def _go_back(self, entry: Entry, stored: Position) -> None:
        """Report that the database is an older copy of itself; the listeners decide what to do."""
        error = went_back(entry.committed, stored.version)
        log.error("table_went_back", outcome=Outcome.WENT_BACK, table=entry.table, error=error)
        self._count("save_game", Outcome.WENT_BACK)
        if self._drop(entry):
            for listener in self._announcer.listeners:
                self._call(listener.went_back, entry.table)

    def _written(self, entry: Entry, last: Change) -> None:
        """Record that an entry is stored up to the change `last`; the rest of it still waits."""
        self._announcer.add(entry.table, last.version, is_new=entry.expected == 0)
        self._pending.written(entry, last)

    def _fence(self, entry: Entry, stored: Position) -> None:
        self._log.failed(
            logging.ERROR,
            Outcome.FENCED,
            entry.table,
            version=entry.version,
            epoch=entry.epoch,
            stored_version=stored.version,
            stored_epoch=stored.epoch,
        )
        self._count("save_game", Outcome.FENCED)
        if self._drop(entry):
            for listener in self._announcer.listeners:
                self._call(listener.fenced, entry.table)

    def _reject(self, entry: Entry, error: Exception) -> None:
        """Drop a table's changes, which the store refuses.

        An overdrawn account is expected now and then, so it is only a warning.
        """
        self._announcer.tell_all()
        is_normal = isinstance(error, Overdrawn)
        self._log.failed(
            logging.WARNING if is_normal else logging.ERROR,
            Outcome.DB_FAILED,
            entry.table,
            created=entry.expected == 0,
            name=entry.newest.name,
            version=entry.version,
            stored_version=entry.expected,
            error=f"{'rolled back' if is_normal else 'rejected'}: {error}",
        )
        self._count("save_game", Outcome.DB_FAILED)
        if self._drop(entry):
            for listener in self._announcer.listeners:
                self._call(listener.rejected, entry.table)

    def _drop(self, entry: Entry) -> bool:
        """Drop an entry.  Returns False if its table has been claimed again since, and plays on."""
        if not self._pending.lose(entry):
            return False
        for flush in self._announcer.flushes:
            flush.reached(entry.table, math.inf)
        return True

    def _failed(self, reason: str, *, alarm: bool = False) -> None:
        """Count a failure.

        An outage is logged when it begins, once more if an operator must act, and every minute.
        """
        self._failures += 1
        self._alarmed = self._alarmed or alarm
        for entry in self._pending.taken:
            if entry.expected == 0:
                self._log.not_created(entry.table, reason)
            self._count("save_game", Outcome.DB_FAILED)
        self._log.outage(
            logging.ERROR if self._alarmed else logging.WARNING,
            failures=self._failures,
            error=reason,
            **self._backlog,
        )

    @property
    def _backlog(self) -> dict[str, int]:
        """What waits, for a log line."""
        return {"waiting": self._pending.changes, "waiting_events": self._pending.events}

    async def _pause(self) -> None:
        """Leave the store alone for a while, or until `stop`."""
        try:
            async with asyncio.timeout(self._back_off.delay_s(self._failures)):
                await self._hurry.wait()
            self._hurry.clear()
        except TimeoutError:
            return

    async def _gather(self, left_s: float) -> None:
        """Let the next batch grow for that long, unless somebody waits for it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(left_s):
                await self._urgent.wait()

    def _count(self, operation: Operation, outcome: Outcome, tables: int = 1) -> None:
        self._call(self._metrics.operation, operation, outcome, tables)

    def _call(self, callback: Callable[..., None], *arguments: object) -> None:
        try:
            callback(*arguments)
        except Exception:
            # A fault in one table's listener must not stop the other tables.
            log.exception("journal_callback_failed", arguments=arguments)
