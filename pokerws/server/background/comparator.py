"""Compares tables in memory with what is stored, while play goes on.

Periodically a random table is read back as it would be loaded: its snapshot and the log after it.
The digest of that state is compared with that of the state that was put at the same version.
Digests are computed for one table at a time, so play is hardly slowed down.  The counts show
whether the database can become the source of truth.
"""

import asyncio

import structlog

from pokerws.metrics import Comparison, Metrics
from pokerws.server.background.row_check import RowCheck, known_of
from pokerws.server.background.supervisor import Watch, cancel, unwatched
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.interfaces import TableJournal
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.lobby.hydration import replay_log
from pokerws.settings import Settings
from pokerws.storage.errors import LogBroken, SealBroken, SealedByUnknownKey, StoreUnavailable
from pokerws.storage.outcomes import Outcome
from pokerws.storage.store import Store, Stored, canonical_digest
from pokerws.storage.vault.replayed import ReplayedTable
from pokerws.storage.vault.vault import Vault

FLUSH_TIMEOUT_S = 5.0

log = structlog.get_logger("pokerws.comparator")


class Comparator:
    """Compares one table every `interval_ms`, from `start` to `stop`; 0 turns it off."""

    def __init__(
        self,
        *,
        lobby: Lobby,
        store: Store,
        journal: TableJournal,
        vault: Vault,
        metrics: Metrics,
        keep_events: bool,
        interval_ms: int,
        row_check: RowCheck,
    ) -> None:
        self._lobby = lobby
        self._store = store
        self._journal = journal
        self._vault = vault
        self._metrics = metrics
        self._keep_events = keep_events
        self._interval_s = interval_ms / 1000
        self._row_check = row_check
        self._task: asyncio.Task[None] | None = None

    def start(self, watch: Watch = unwatched) -> None:
        """Start the task.  `watch` is given the task, which runs until `stop`."""
        if self._interval_s:
            self._task = asyncio.create_task(self._run(), name="comparator")
            watch(self._task)

    async def stop(self) -> None:
        """Stop, even during a comparison."""
        if self._task is not None:
            await cancel(self._task)

    async def compare(self, actor: TableActor) -> Comparison:
        """Compare one table, or skip it if the database is away or the actor has stopped.

        A row of another server, or an older one, is no mismatch: the table is fenced or goes back.
        """
        try:
            return await self._compare(actor)
        except (StoreUnavailable, TimeoutError) as error:
            log.debug("compare_skipped", table=actor.table.id, error=str(error))
            return "skipped"
        finally:
            actor.recorder.sample = None

    async def _compare(self, actor: TableActor) -> Comparison:
        sample = actor.recorder.take_sample()
        await self._journal.flush(FLUSH_TIMEOUT_S, actor.table.id)
        known = known_of(actor)
        stored = await self._store.look(actor.table.id)
        actor.recorder.sample = None
        if actor.stopped or not actor.is_stored:
            return "skipped"
        if known.version and not self._row_check.is_ours(actor, known, stored):
            return "fenced"
        wrong = await self._wrong(actor, sample, stored)
        if not wrong:
            return "match"
        if not await self._is_unchanged(actor, stored):
            return "skipped"
        log.error(
            "compare_game",
            outcome=Outcome.MISMATCH,
            table=actor.table.id,
            version=None if stored is None else stored.version,
            seq=actor.table.seq,
            error=wrong,
        )
        # What the players were shown is in memory; a kill must not undo it for an edit.
        actor.store_snapshot(only_for_tail=False)
        return "mismatch"

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._interval_s)
            actor = self._lobby.any_actor()
            if actor is None:
                continue
            try:
                self._metrics.comparison(await self.compare(actor))
            except Exception:
                # A fault in one must not stop the others.
                log.exception("compare_failed", table=actor.table.id)

    async def _wrong(
        self, actor: TableActor, sample: dict[int, bytes], stored: Stored | None
    ) -> str:
        """How the stored table differs from what was put; empty if they are equal."""
        if stored is None:
            return "the table has no row"
        if stored.version not in sample:
            return f"version {stored.version} was never queued for storing"
        if self._keep_events and stored.log_seq != stored.version:
            return f"the log ends with event {stored.log_seq}"
        data, version = stored.snapshot, stored.snapshot_version
        try:
            replayed = ReplayedTable.of(self._vault, actor.table.id, data, version)
            await replay_log(self._store, replayed, stored.version)
        except (ValueError, LogBroken, SealBroken, SealedByUnknownKey) as error:
            return f"the stored table cannot be read: {error}"
        kept = canonical_digest(replayed.snapshot)
        if kept != sample[stored.version]:
            return f"digest {kept.hex()} is stored, {sample[stored.version].hex()} was put"
        return ""

    async def _is_unchanged(self, actor: TableActor, stored: Stored | None) -> bool:
        """Whether what was read after the row was still the same table's.

        Another server may have claimed it, or a part of the log may have been archived.
        """
        now = await self._store.look(actor.table.id)
        if actor.stopped or (now is None) != (stored is None):
            return False
        if now is None or stored is None:
            return True
        return (now.epoch, now.snapshot_version) == (stored.epoch, stored.snapshot_version)


def comparator_of(  # noqa: PLR0917  the types tell the parts apart
    settings: Settings,
    lobby: Lobby,
    store: Store,
    journal: TableJournal,
    vault: Vault,
    metrics: Metrics,
    row_check: RowCheck,
) -> Comparator:
    """The comparator of a server with these settings."""
    return Comparator(
        lobby=lobby,
        store=store,
        journal=journal,
        vault=vault,
        metrics=metrics,
        keep_events=settings.features.use_event_persistence,
        interval_ms=settings.storage.compare_interval_ms,
        row_check=row_check,
    )
