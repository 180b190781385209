"""Changes that wait to be written, in order, by table.

This is the journal's memory.  It decides which changes form a batch, and in which order.  It writes
nothing and knows no tasks.
"""

from msgspec.structs import replace

from pokerws.game.state import TableId
from pokerws.storage.store import Change

MAX_BATCH_TABLES = 200
# After an outage a table may have many; the statement must stay within its time limit.
MAX_BATCH_EVENTS = 5_000


class Entry:
    """The waiting changes of one table; its row should be at version `expected`.

    `committed` is what this server has written, whatever somebody made of the row since.  `events`
    counts those of all `changes`.  `unsure` has, by version, the last change of each write that may
    have been stored, though its outcome is unknown.
    """

    __slots__ = (
        *("changes", "committed", "epoch", "events", "expected", "since_s", "table", "unsure"),
        "whole",
    )

    def __init__(self, change: Change, since_s: float, events: int) -> None:
        self.table = change.table
        self.epoch = change.epoch
        self.expected = self.committed = change.expected
        self.since_s = since_s
        self.changes = [change]
        self.events = events
        self.unsure: dict[int, Change] = {}
        # How many changes there are up to the last snapshot.
        self.whole = 0 if change.snapshot is None else 1

    @property
    def version(self) -> int:
        """The version after all changes."""
        return self.changes[-1].version

    @property
    def newest(self) -> Change:
        """The last change."""
        return self.changes[-1]

    @property
    def has_snapshot(self) -> bool:
        """Whether a snapshot is among the changes."""
        return bool(self.whole)

    def add(self, change: Change, events: int) -> None:
        """Add the next change, which has so many events."""
        last = self.changes[-1]
        if not last.log and change.snapshot is not None and last.version not in self.unsure:
            # Without events nothing bounds how many changes wait, and only this snapshot counts.
            self.changes[-1] = _merged([last, change], last.expected)
        else:
            self.changes.append(change)
        self.events += events
        if change.snapshot is not None:
            self.whole = len(self.changes)

    def join(self, later: "Entry") -> None:
        """Add the changes that wait behind these."""
        if later.has_snapshot:
            self.whole = len(self.changes) + later.whole
        self.changes += later.changes
        self.events += later.events

    def split(self) -> "Entry | None":
        """Cut off what follows the last snapshot, since a snapshot is of a write's version."""
        whole = self.whole
        if not 0 < whole < len(self.changes):
            return None
        first, *others = self.changes[whole:]
        later = Entry(first, self.since_s, events_of(first))
        for change in others:
            later.add(change, events_of(change))
        del self.changes[whole:]
        self.events -= later.events
        return later

    def as_change(self) -> Change:
        """All changes as one."""
        # Most entries are one change as it came.
        if len(self.changes) == 1 and self.changes[0].expected == self.expected:
            return self.changes[0]
        return _merged(self.changes, self.expected)

    def stored(self, last: Change) -> None:
        """Everything up to the change `last` is stored."""
        at = next(at for at, change in enumerate(self.changes) if change is last)
        del self.changes[: at + 1]
        self.whole = max(0, self.whole - at - 1)
        self.events = sum(map(events_of, self.changes))
        self.expected = self.committed = last.version
        self.unsure.clear()


def events_of(change: Change) -> int:
    """The number of events in a change."""
    count = 0
    for row in change.log:
        count += row.count
    return count


def _merged(changes: list[Change], expected: int) -> Change:
    return replace(
        changes[-1],
        expected=expected,
        log=tuple([row for change in changes for row in change.log]),
        transfers=tuple([move for change in changes for move in change.transfers]),
        is_changed=any(change.is_changed for change in changes),
    )


class Pending:
    """The entries that wait, and those that `take` has handed out and are not done yet.

    A table has at most one of each; the waiting one follows the other.
    """

    def __init__(self) -> None:
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
        return sum(len(entry.changes) for entry in (*self._taken.values(), *self._waiting.values()))

    @property
    def has_news(self) -> bool:
        """Whether there is more than snapshots of what is stored already."""
        return any(
            change.version > change.expected or change.transfers
            for entry in (*self._taken.values(), *self._waiting.values())
            for change in entry.changes
        )

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

    def put(self, change: Change, now_s: float) -> None:
        """Add a change.  Raises ValueError when it does not follow the one before it."""
        table = change.table
        waiting = self._waiting.get(table)
        # `events_of`, without its call.
        events = 0
        for row in change.log:
            events += row.count
        if (
            waiting is not None
            and change.epoch == waiting.epoch
            and change.expected == waiting.changes[-1].version
        ):
            waiting.add(change, events)
        elif (
            waiting is None and table not in self._taken and table not in self._lost
        ) or self._begins(change, waiting):
            self._waiting[table] = Entry(change, now_s, events)
        else:
            return
        self.events += events

    def _begins(self, change: Change, waiting: Entry | None) -> bool:
        """Whether a change begins a new entry; otherwise it is dropped.

        Raises ValueError when it does not follow the one before it.
        """
        table = change.table
        before = waiting or self._taken.get(table)
        stale = table in self._lost and change.epoch <= self._lost[table]
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

    def take(self) -> list[Entry]:
        """The next batch: the entries that wait longest."""
        batch: list[Entry] = []
        events = 0
        for entry in self._waiting.values():
            events += entry.events
            if len(batch) == MAX_BATCH_TABLES or (batch and events > MAX_BATCH_EVENTS):
                break
            batch.append(entry)
        for entry in batch:
            table = entry.table
            # Only a snapshot in the middle splits an entry, and most have none.
            later = entry.split() if entry.whole else None
            if later is None:
                del self._waiting[table]
            else:
                self._waiting[table] = later
            self._taken[table] = entry
        return batch

    def written(self, entry: Entry, last: Change) -> None:
        """A taken entry is stored up to the change `last`, which need not be all of it."""
        self.events -= entry.events
        if last is entry.changes[-1]:
            del self._taken[entry.table]
            return
        entry.stored(last)
        self.events += entry.events

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

    def put_back(self) -> bool:
        """Put taken entries that are not done back in front of the waiting ones.

        Returns whether any wait.
        """
        if not self._taken:
            return bool(self._waiting)
        back, self._taken = self._taken, {}
        for table, entry in back.items():
            later = self._waiting.pop(table, None)
            if later is None:
                continue
            if later.epoch > entry.epoch:
                # The table was claimed again, so the rest of the first entry cannot be written.
                self._drop(entry)
                back[table] = later
            else:
                entry.join(later)
        self._waiting = {**back, **self._waiting}
        return True

    def _drop(self, entry: Entry) -> None:
        self.events -= entry.events
        self.dropped += len(entry.changes)
