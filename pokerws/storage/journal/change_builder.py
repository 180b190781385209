"""Builds a table's `Change` from its state and its new events, for the server and for a repair.

A busy table is stored less often than it changes, so its row is built late.  A `Step` keeps what
one command caused; `ChangeBuilder` makes one change of all waiting steps when they are written.
"""

from collections.abc import Sequence

from msgspec import Struct

from pokerws.game.apply import apply
from pokerws.game.events import TableEvent, tag_of
from pokerws.game.state import TableId
from pokerws.storage.accounts import Transfer
from pokerws.storage.store import Change, EventRow, TableSnapshot
from pokerws.storage.vault.vault import HandSeal, Vault


class InconsistentState(Exception):
    """A table's steps do not follow its newest row, so that no row can be built of them."""


class Step(Struct, frozen=True):
    """What a command caused at a table: `events` are those from `expected` + 1 to `version`.

    `hand_number` and `at_ms` are the table's after the last of them.  `builder` makes the change.
    """

    builder: "ChangeBuilder"
    table: TableId
    expected: int
    version: int
    epoch: int
    hand_number: int
    at_ms: int
    events: Sequence[TableEvent]
    transfers: tuple[Transfer, ...]


class ChangeBuilder:
    """Builds the changes of one table, and reads its `state` when a row is built.

    A row shows the table at that moment.  That is right as long as the table's seq is the newest
    step's.  A fault can leave a table inconsistent, half-way through a command.  Its row is then
    built from the row before, which is kept for that, and the events since.

    `keep_events`: the events are stored too.  `only_steps`: never build a row unasked, since the
    journal stores none.
    """

    __slots__ = (
        "_before",
        "_epoch",
        "_is_behind",
        "_is_inconsistent",
        "_only_steps",
        "_seal",
        "_state",
        "_vault",
        "keep_events",
    )

    def __init__(
        self,
        state: TableSnapshot,
        epoch: int,
        vault: Vault,
        *,
        keep_events: bool = True,
        only_steps: bool = False,
    ) -> None:
        self._state = state
        self._epoch = epoch
        self._vault = vault
        self.keep_events = keep_events
        self._only_steps = only_steps
        self._seal = HandSeal()
        # The newest row that was built.
        self._before: bytes | None = None
        # Whether there are steps since.
        self._is_behind = False
        self._is_inconsistent = False

    @property
    def table_name(self) -> str:
        """The name of the table."""
        return self._state.table.name

    def mark_inconsistent(self) -> None:
        """Record that a fault left the state half-way through a command; no change follows."""
        self._is_inconsistent = True

    def begin_again(self, epoch: int) -> None:
        """Build the next change from the whole state, under another epoch."""
        self._epoch = epoch
        self._before = None
        self._is_behind = False

    def pack(self) -> None:
        """Drop what the next change can be built without."""
        if not self._is_behind:
            self._before = None
            self._seal = HandSeal()

    def next(
        self, events: Sequence[TableEvent], transfers: tuple[Transfer, ...], at_ms: int
    ) -> Change | Step:
        """The record of what has just happened, for the journal.

        The first change is built at once, since later ones may need its row.  Without events every
        change is built at once, since nothing bounds how many steps would wait.
        """
        if not self._only_steps and (self._before is None or not self.keep_events):
            return self._built(events, transfers, at_ms)
        table = self._state.table
        self._is_behind = True
        return Step(
            builder=self,
            table=table.id,
            expected=table.seq - len(events),
            version=table.seq,
            epoch=self._epoch,
            hand_number=table.hand_number,
            at_ms=at_ms,
            events=events,
            transfers=transfers,
        )

    def change(self, steps: Sequence[Step]) -> Change:
        """One change of all steps since the last one.

        Raises any error that an inconsistent state causes.
        """
        newest = steps[-1]
        state = self._state
        if self._is_inconsistent or state.table.seq != newest.version:
            state = self._replayed(state, steps)
        change = _change_with(
            state,
            tuple(_sealed_events(steps, self._vault)),
            tuple(move for step in steps for move in step.transfers),
            expected=steps[0].expected,
            epoch=self._epoch,
            at_ms=newest.at_ms,
            vault=self._vault,
            seal=self._seal,
        )
        self._before = change.snapshot
        self._is_behind = False
        return change

    def _built(
        self, events: Sequence[TableEvent], transfers: tuple[Transfer, ...], at_ms: int
    ) -> Change:
        state = self._state
        change = build_change(
            state,
            events,
            transfers,
            expected=state.table.seq - len(events),
            epoch=self._epoch,
            at_ms=at_ms,
            keep_events=self.keep_events,
            vault=self._vault,
            seal=self._seal,
        )
        self._before = change.snapshot
        return change

    def _replayed(self, state: TableSnapshot, steps: Sequence[Step]) -> TableSnapshot:
        """The table as it was after the last of `steps`, which follow the newest row."""
        last_seq = steps[-1].version
        if self._before is None:
            raise InconsistentState(f"table {steps[-1].table} has no earlier row")
        replayed = self._vault.open_snapshot(steps[-1].table, self._before)
        for step in steps:
            for event in step.events:
                apply(replayed.table, event)
        if replayed.table.seq != last_seq:
            raise InconsistentState(
                f"table {steps[-1].table}: steps up to {last_seq} lead to {replayed.table.seq}"
            )
        # Drop receipts of commands after the steps: they are not in this row.
        replayed.receipts = {
            player: [receipt for receipt in receipts if receipt.seq <= last_seq]
            for player, receipts in state.receipts.items()
        }
        return replayed


def sealed(change: Change | Step) -> Change:
    """A change, built at once where it is a step."""
    return change.builder.change([change]) if isinstance(change, Step) else change


def _sealed_events(steps: Sequence[Step], vault: Vault) -> list[EventRow]:
    return [
        EventRow(
            seq,
            step.hand_number,
            tag_of(event),
            vault.seal_event(step.table, step.hand_number, event),
            step.at_ms,
        )
        for step in steps
        for seq, event in enumerate(step.events, start=step.expected + 1)
    ]


def build_change(
    state: TableSnapshot,
    events: Sequence[TableEvent],
    transfers: tuple[Transfer, ...],
    *,
    expected: int,
    epoch: int,
    at_ms: int,
    keep_events: bool,
    vault: Vault,
    seal: HandSeal | None = None,
) -> Change:
    """The change that `events` made; `state` is the table after them.

    It must follow version `expected`.  `seal` is the table's own, if it has one.
    """
    table = state.table
    first_seq = table.seq - len(events) + 1
    rows: tuple[EventRow, ...] = ()
    if keep_events:
        rows = tuple(
            EventRow(
                seq,
                table.hand_number,
                tag_of(event),
                vault.seal_event(table.id, table.hand_number, event),
                at_ms,
            )
            for seq, event in enumerate(events, start=first_seq)
        )
    return _change_with(
        state,
        rows,
        transfers,
        expected=expected,
        epoch=epoch,
        at_ms=at_ms,
        vault=vault,
        seal=seal,
    )


def _change_with(
    state: TableSnapshot,
    events: tuple[EventRow, ...],
    transfers: tuple[Transfer, ...],
    *,
    expected: int,
    epoch: int,
    at_ms: int,
    vault: Vault,
    seal: HandSeal | None,
) -> Change:
    """The change to a table in `state`, with events that are already encrypted."""
    table = state.table
    snapshot, key_id = vault.seal_snapshot(state, seal)
    total_pot = table.total_pot
    stacks = [seat.stack for seat in table.seats if seat is not None]
    return Change(
        table=table.id,
        name=table.name,
        status=table.status,
        config=table.config,
        players=len(stacks),
        hand_number=table.hand_number,
        total_pot=total_pot,
        expected=expected,
        version=table.seq,
        epoch=epoch,
        snapshot=snapshot,
        at_ms=at_ms,
        events=events,
        chips=total_pot + sum(stacks),
        transfers=transfers,
        key_id=key_id,
    )
