"""Hands a table's changes to the journal, and samples its states for the comparator."""

from collections.abc import Sequence

from pokerws.game.events import TableEvent
from pokerws.logs import shows_debug
from pokerws.server.tables.interfaces import TableJournal
from pokerws.storage.accounts import Transfer
from pokerws.storage.journal.change_builder import ChangeBuilder
from pokerws.storage.store import LoggedReceipt, TableSnapshot, canonical_digest


class Recorder:
    """Records what happens at the table of `state`.

    `sample` has the digests of recorded states by seq, while there is one.
    """

    __slots__ = ("_changes", "_journal", "_skipped", "sample", "state")

    def __init__(self, state: TableSnapshot, changes: ChangeBuilder, journal: TableJournal) -> None:
        self.state = state
        self._changes = changes
        self._journal = journal
        self._skipped = journal.skipped
        self.sample: dict[int, bytes] | None = None

    def take_sample(self) -> dict[int, bytes]:
        """Record the digests of all states from this one on, until `sample` is cleared."""
        self.sample = {self.state.table.seq: canonical_digest(self.state)}
        return self.sample

    def add(
        self,
        events: Sequence[TableEvent],
        transfers: tuple[Transfer, ...],
        at_ms: int,
        receipt: LoggedReceipt | None = None,
    ) -> None:
        """Record a change; if nothing is stored, most changes are only counted."""
        seq, skipped = self.state.table.seq, self._skipped
        if self.sample is not None:
            self.sample[seq] = canonical_digest(self.state)
        if skipped is None or transfers or len(events) == seq or shows_debug():
            self._journal.put(self._changes.next(events, transfers, at_ms, receipt))
        else:
            skipped.value += 1

    def add_snapshot(self, at_ms: int, *, only_for_tail: bool) -> None:
        """Record the whole state: if events would have to be replayed, or always."""
        change = self._changes.snapshot(at_ms, only_for_tail=only_for_tail)
        if change is not None:
            self._journal.put(change)
