"""Loading stored tables: claim them, open what is sealed, and check that it is what it says.

A table that cannot be read is set aside in the store, so that nobody plays on what may be wrong;
its bytes stay as they are, for `server.py repair`.
"""

import gc
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

import structlog

from pokerws.game.apply import apply
from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.server.tables.interfaces import Sink
from pokerws.storage.store import Claimed, Position, Store, Stored, StoreUnavailable, TableSnapshot
from pokerws.storage.vault.vault import SealedByUnknownKey, Vault

# How long loading a table waits for earlier changes to be written.
FLUSH_TIMEOUT_S = 5.0
# Tables loaded in one piece, when all are.
CHUNK = 200

log = structlog.get_logger("pokerws.lobby")


class Loaded(NamedTuple):
    """A table as it is stored, and what its row said; it is this server's from now on."""

    snapshot: TableSnapshot
    claimed: Claimed


class Hydration:
    """Loads tables from `store`, after what `sink` still has to write."""

    def __init__(
        self, store: Store, sink: Sink, vault: Vault, on_outcome: Callable[[str, str], None]
    ) -> None:
        self._store = store
        self._sink = sink
        self._vault = vault
        self._on_outcome = on_outcome

    async def load(self, table: TableId) -> Loaded:
        """Claim a table and load it.  Raises Illegal."""
        try:
            # What an earlier actor of the table left to write comes before the claim.
            await self._sink.flush(FLUSH_TIMEOUT_S, table)
            claimed = await self._store.claim(table)
            if claimed is None:
                raise _not_claimed(table, await self._store.look(table))
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("get_game", outcome="DB_FAILED", table=table, error=str(error))
            self._on_outcome("get_game", "DB_FAILED")
            raise Illegal("table_unavailable", "the database cannot be reached") from error
        return Loaded(await self._open(table, claimed), claimed)

    async def load_many(self, tables: Sequence[TableId]) -> AsyncIterator[dict[TableId, Loaded]]:
        """Claim many tables and load them, in chunks; those that cannot be are left out.

        Raises StoreUnavailable.
        """
        await self._sink.flush(FLUSH_TIMEOUT_S)
        async with _without_collecting():
            for start in range(0, len(tables), CHUNK):
                claims = await self._store.claim_many(tables[start : start + CHUNK])
                loaded: dict[TableId, Loaded] = {}
                for table, claimed in claims.items():
                    with suppress(Illegal):  # Why has been logged.
                        loaded[table] = Loaded(await self._open(table, claimed), claimed)
                yield loaded

    async def _open(self, table: TableId, claimed: Claimed) -> TableSnapshot:
        """The stored state.  Raises Illegal, after setting a table aside that cannot be read."""
        try:
            snapshot = self._restore(table, claimed)
        except Exception as error:
            # Bytes that decode can still be no table that the rules know, in any way.
            log.exception("get_game", outcome="DB_FAILED", table=table, version=claimed.version)
            self._on_outcome("get_game", "DB_FAILED")
            if isinstance(error, SealedByUnknownKey):
                raise Illegal("table_unavailable", "its cards cannot be opened here") from error
            await self._set_aside(table, claimed)
            raise Illegal("table_quarantined", "") from error
        log.info(
            "get_game",
            outcome="DB_HYDRATE",
            table=table,
            version=snapshot.table.seq,
            epoch=claimed.epoch,
            later_events=len(claimed.later_events),
        )
        self._on_outcome("get_game", "DB_HYDRATE")
        return snapshot

    def _restore(self, table: TableId, claimed: Claimed) -> TableSnapshot:
        """Raises when it does not decode or is not what its row says."""
        snapshot = self._vault.open_snapshot(table, claimed.snapshot)
        if (snapshot.table.id, snapshot.table.seq) != (table, claimed.version):
            raise ValueError(
                f"snapshot of table {snapshot.table.id}, seq {snapshot.table.seq}, in the row of "
                f"{table}, version {claimed.version}"
            )
        for row in claimed.later_events:
            event = self._vault.open_event(table, row.hand_number, row.payload)
            apply(snapshot.table, event)
        return snapshot

    async def _set_aside(self, table: TableId, claimed: Claimed) -> None:
        try:
            await self._store.quarantine(table, Position(claimed.version, claimed.epoch))
        except StoreUnavailable as error:
            log.warning("table_not_quarantined", table=table, error=str(error))
            return
        log.error("table_quarantined", table=table, repair=f"python server.py repair {table}")


@asynccontextmanager
async def _without_collecting() -> AsyncIterator[None]:
    """Load much at once: nothing of it is garbage, and afterwards none of it is looked at again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
        gc.freeze()


def _not_claimed(table: TableId, stored: Stored | None) -> Illegal:
    """Why a table could not be claimed."""
    if stored is None or stored.status == "closed":
        return Illegal("unknown_table", f"there is no table {table}")
    if stored.status == "quarantined":
        return Illegal("table_quarantined", "")
    # Somebody has repaired it just now.
    return Illegal("table_unavailable", "the table is coming back")
