"""What happened at a table as a `Change`, the one form in which a server and a repair store it.

A busy table is stored less often than it changes, so its row is made late: a `Step` keeps what a
command caused, and `TableRows` makes one change of all steps that wait when they are to be written.
"""

from collections.abc import Sequence

from msgspec import Struct

from pokerws.game.apply import apply
from pokerws.game.events import TableEvent, tag_of
from pokerws.game.state import TableId
from pokerws.storage.accounts import Transfer
from pokerws.storage.store import Change, EventRow, TableSnapshot
from pokerws.storage.vault.vault import HandSeal, Vault


class Step(Struct, frozen=True):
    """What a command caused at a table: `events` are those from `expected` + 1 to `version`.

    `hand_number` and `at_ms` are the table's after the last of them.  `rows` seals it.
    """

    rows: "TableRows"
    table: TableId
    expected: int
    version: int
    epoch: int
    hand_number: int
    at_ms: int
    events: Sequence[TableEvent]
    transfers: tuple[Transfer, ...]


class TableRows:
    """Makes the changes of one table, whose own `state` is looked at when a row is made.

    A row is made of the table as it is then, which is right as long as its seq is that of the
    newest step.  A table that a fault has left half-way through a command is in `doubt`: its row is
    then made of the one before, which is kept for that, and the events since.
    """

    __slots__ = (
        "_before",
        "_epoch",
        "_in_doubt",
        "_is_behind",
        "_seal",
        "_state",
        "_vault",
    )

    def __init__(self, state: TableSnapshot, epoch: int, vault: Vault) -> None:
        self._state = state
        self._epoch = epoch
        self._vault = vault
        self._seal = HandSeal()
        # The newest row that was made.
        self._before: bytes | None = None
        # Whether there are steps since.
        self._is_behind = False
        self._in_doubt = False

    def doubt(self) -> None:
        """The table is not what its events have made it, and nothing more happens there."""
        self._in_doubt = True

    def pack(self) -> None:
        """Keep nothing that the next change can do without."""
        if not self._is_behind:
            self._before = None
            self._seal = HandSeal()

    def next(
        self,
        events: Sequence[TableEvent],
        transfers: tuple[Transfer, ...],
        at_ms: int,
        *,
        keep_events: bool,
    ) -> Change | Step:
        """What has just happened, to be stored.

        The first is made at once, as later ones may need it; so are all where events are not kept,
        as what waits would have no bound that is watched.
        """
        if self._before is None or not keep_events:
            return self._made(self._state, events, transfers, at_ms, keep_events=keep_events)
        table = self._state.table
        self._is_behind = True
        return Step(
            rows=self,
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
        """One change of all steps since the last one.  Raises what a state in doubt causes."""
        newest = steps[-1]
        state = self._state
        if self._in_doubt or state.table.seq != newest.version:
            state = self._replayed(state, steps)
        change = row_of(
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

    def _made(
        self,
        state: TableSnapshot,
        events: Sequence[TableEvent],
        transfers: tuple[Transfer, ...],
        at_ms: int,
        *,
        keep_events: bool,
    ) -> Change:
        change = sealed_change(
            state,
            events,
            transfers,
            expected=state.table.seq - len(events),
            epoch=self._epoch,
            at_ms=at_ms,
            keep_events=keep_events,
            vault=self._vault,
            seal=self._seal,
        )
        self._before = change.snapshot
        return change

    def _replayed(self, state: TableSnapshot, steps: Sequence[Step]) -> TableSnapshot:
        """The table as it was after the last of `steps`, which follow the newest row."""
        last_seq = steps[-1].version
        assert self._before is not None, "the first change is made at once"
        replayed = self._vault.open_snapshot(steps[-1].table, self._before)
        for step in steps:
            for event in step.events:
                apply(replayed.table, event)
        assert replayed.table.seq == last_seq, "steps follow the newest row"
        # A receipt is given for what has been played; of a command after the steps there is none.
        replayed.receipts = {
            player: [receipt for receipt in receipts if receipt.seq <= last_seq]
            for player, receipts in state.receipts.items()
        }
        return replayed


def sealed(change: Change | Step) -> Change:
    """A change, made at once where it is a step."""
    return change.rows.change([change]) if isinstance(change, Step) else change


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


def sealed_change(
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
    """The change that `events` made; `state` is the table as they left it.

    It is to follow version `expected`; `seal` is the table's own, if it has one.
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
    return row_of(
        state,
        rows,
        transfers,
        expected=expected,
        epoch=epoch,
        at_ms=at_ms,
        vault=vault,
        seal=seal,
    )


def row_of(
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
    """The change to a table as it is in `state`, with events that are sealed already."""
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
