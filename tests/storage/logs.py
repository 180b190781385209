"""What changes and stores tell of a table: its events, and its state after them."""

from collections.abc import Sequence

from pokerws.game.events import TableEvent
from pokerws.game.state import TableId
from pokerws.storage.store import Change, EventRow, Store, TableSnapshot
from pokerws.storage.vault.replayed import ReplayedTable
from pokerws.storage.vault.vault import Vault
from tests.storage.memory_store import _events


def rows_of(change: Change) -> list[EventRow]:
    """The events in a change's rows of the log."""
    return [event for row in change.log for event in _events(row)]


def events_of(change: Change, vault: Vault) -> list[TableEvent]:
    """The same, decrypted."""
    return [vault.open_event(change.table, row.hand_number, row.payload) for row in rows_of(change)]


def state_after(changes: Sequence[Change], vault: Vault) -> TableSnapshot:
    """A table's state after changes: its newest snapshot, and the events since."""
    last = max(at for at, change in enumerate(changes) if change.snapshot is not None)
    whole = changes[last]
    assert whole.snapshot is not None
    replayed = ReplayedTable.of(vault, whole.table, whole.snapshot, whole.version)
    for change in changes[last + 1 :]:
        replayed.take(rows_of(change))
    return replayed.snapshot


async def stored_state(store: Store, table: TableId, vault: Vault) -> TableSnapshot:
    """A table's state in a store, without claiming it."""
    stored = await store.look(table)
    assert stored is not None
    replayed = ReplayedTable.of(vault, table, stored.snapshot, stored.snapshot_version)
    replayed.take(await store.events(table, stored.snapshot_version, 1_000_000))
    assert replayed.seq == stored.version
    return replayed.snapshot
