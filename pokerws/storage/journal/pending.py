"""Changes that wait to be written: for each table the newest snapshot and all events, in order.

This is the journal's memory.  It decides which changes form a batch, and in which order.  It writes
nothing and knows no tasks.
"""

from dataclasses import dataclass, field

from msgspec.structs import replace

from pokerws.game.state import TableId
from pokerws.storage.accounts import Transfer
from pokerws.storage.journal.change_builder import InconsistentState, Step
from pokerws.storage.store import Change, EventRow

MAX_BATCH_TABLES = 200
# After an outage a table may have many; the statement must stay within its time limit.
MAX_BATCH_EVENTS = 5_000


@dataclass(slots=True)
class Entry:
    """The waiting changes of one table; its row should be at version `expected`.

    `committed` is what this server has written, whatever somebody made of the row since.  `newest`
    has the row; `events` and `transfers` are those of all changes.  `steps` are built into these
    when the entry is taken.  `events_count` counts the events of both.  `unsure` has the versions
    that a write may have stored, though its outcome is unknown.
    """

    table: TableId
    expected: int
    version: int
    epoch: int
    since_s: float
    newest: Change | None = None
    events: list[EventRow] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    events_count: int = 0
    changes: int = 0
    unsure: set[int] = field(default_factory=set)
    committed: int = field(init=False)

    def __post_init__(self) -> None:
        self.committed = self.expected

    def seal(self) -> None:
        """Build the row of the steps, if any.  Raises whatever an inconsistent state causes."""
        if self.steps:
            change = self.steps[0].builder.change(self.steps)
            self.newest = change
            self.events += change.events
            self.transfers += change.transfers
            self.steps = []

    def as_change(self) -> Change:
        """All changes as one."""
        newest = self.newest
        if newest is None:
            raise InconsistentState(f"table {self.table} has no row to write")
        # Most entries are one change as it came: copying it would be a tenth of the work here.
        if (
            self.expected == newest.expected
            and len(self.events) == len(newest.events)
            and len(self.transfers) == len(newest.transfers)
        ):
            return newest
        return replace(
            newest,
            expected=self.expected,
            events=tuple(self.events),
            transfers=tuple(self.transfers),
        )


class Pending:
    """The entries that wait, and those that `take` has handed out and are not done yet.

    A table has at most one of each; the waiting one follows the other.
    """

    def __init__(self, *, keep_events: bool) -> None:
        self._keep_events = keep_events
        # Both in the order of their oldest changes.
        self._waiting: dict[TableId, Entry] = {}
        self._taken: dict[TableId, Entry] = {}
        # Tables whose changes are dropped, each up to an epoch.
        self._lost: dict[TableId, int] = {}
        self.events = 0
        self.dropped = 0

    def __bool__(self) -> bool:
        return bool(self._waiting or self._taken)

    @property
    def changes(self) -> int:
        """The number of changes in all entries."""
        return sum(entry.changes for entry in (*self._taken.values(), *self._waiting.values()))

    @property
    def taken(self) -> list[Entry]:
        """The entries that are handed out and not done yet."""
        return list(self._taken.values())

    @property
    def oldest_s(self) -> float | None:
        """The time of the oldest change."""
        entries = (*self._taken.values(), *self._waiting.values())
        return min((entry.since_s for entry in entries), default=None)

    def versions(self, table: TableId | None = None) -> dict[TableId, int]:
        """The newest version here of each table, or of just one."""
        if table is not None:
            entry = self._waiting.get(table) or self._taken.get(table)
            return {} if entry is None else {table: entry.version}
        entries = {**self._taken, **self._waiting}
        return {table: entry.version for table, entry in entries.items()}

    def put(self, change: Change | Step, now_s: float) -> None:
        """Add a change.  Raises ValueError when it does not follow the one before it."""
        table = change.table
        waiting = self._waiting.get(table)
        if waiting is None or (change.epoch, change.expected) != (waiting.epoch, waiting.version):
            if not self._begins(change, waiting):
                return
            waiting = Entry(table, change.expected, change.version, change.epoch, now_s)
            self._waiting[table] = waiting
        self._add(waiting, change)

    def _begins(self, change: Change | Step, waiting: Entry | None) -> bool:
        """Whether a change begins a new entry; otherwise it is dropped.

        Raises ValueError when it does not follow the one before it.
        """
        table = change.table
        before = waiting or self._taken.get(table)
        stale = change.epoch <= self._lost.get(table, -1)
        if stale or (before is not None and change.epoch < before.epoch):
            self.dropped += 1
            return False
        if before is not None and change.epoch == before.epoch:
            if change.expected != before.version:
                raise ValueError(
                    f"table {table}: a change from {change.expected} to {change.version} does not "
                    f"follow version {before.version}"
                )
        elif waiting is not None:
            # The table was claimed again, so the rest of the first entry cannot be written.
            self._drop(self._waiting.pop(table))
        self._lost.pop(table, None)
        return True

    def _add(self, entry: Entry, change: Change | Step) -> None:
        entry.version = change.version
        entry.changes += 1
        if isinstance(change, Step):
            entry.steps.append(change)
            count = len(change.events)
        else:
            entry.seal()
            entry.newest = change
            entry.transfers += change.transfers
            count = len(change.events) if self._keep_events else 0
            if count:
                entry.events += change.events
        entry.events_count += count
        self.events += count

    def take(self) -> list[Entry]:
        """The next batch: the entries that wait longest."""
        batch: list[Entry] = []
        events = 0
        for entry in self._waiting.values():
            events += entry.events_count
            if len(batch) == MAX_BATCH_TABLES or (batch and events > MAX_BATCH_EVENTS):
                break
            batch.append(entry)
        for entry in batch:
            self._taken[entry.table] = self._waiting.pop(entry.table)
        return batch

    def written(self, entry: Entry, version: int) -> None:
        """A taken entry is stored up to `version`, which need not be all of it."""
        if version == entry.version:
            self.events -= entry.events_count
            del self._taken[entry.table]
            return
        later = [event for event in entry.events if event.seq > version]
        self.events -= entry.events_count - len(later)
        entry.events, entry.events_count = later, len(later)
        entry.transfers = [move for move in entry.transfers if move.seq > version]
        entry.expected = entry.committed = version
        entry.unsure.clear()

    def lose(self, entry: Entry) -> bool:
        """Drop a taken entry, and from now on all changes of its table up to its epoch.

        Returns whether the table is lost: it is not if it was claimed again since.
        """
        table = entry.table
        self._drop(self._taken.pop(table))
        later = self._waiting.get(table)
        if later is not None and later.epoch > entry.epoch:
            return False
        if later is not None:
            self._drop(self._waiting.pop(table))
        self._lost[table] = entry.epoch
        return True

    def drop(self, table: TableId, epoch: int) -> None:
        """Drop a table's waiting changes up to `epoch`, and from now on all up to it."""
        waiting = self._waiting.get(table)
        if waiting is not None and waiting.epoch <= epoch:
            self._drop(self._waiting.pop(table))
        self._lost[table] = max(epoch, self._lost.get(table, epoch))

    def put_back(self) -> None:
        """Put taken entries that are not done back in front of the waiting ones."""
        back, self._taken = self._taken, {}
        for table in back:
            later = self._waiting.pop(table, None)
            if later is not None:
                back[table] = self._merged(back[table], later)
        if back:
            self._waiting = {**back, **self._waiting}

    def _merged(self, first: Entry, later: Entry) -> Entry:
        if later.epoch > first.epoch:
            # The table was claimed again, so the rest of the first entry cannot be written.
            self._drop(first)
            return later
        first.version = later.version
        if later.newest is not None:
            first.newest = later.newest
        first.events += later.events
        first.transfers += later.transfers
        first.steps += later.steps
        first.events_count += later.events_count
        first.changes += later.changes
        return first

    def _drop(self, entry: Entry) -> None:
        self.events -= entry.events_count
        self.dropped += entry.changes
