"""Builds a table's `Change` from its events, for the server and for a repair.

A change is built when its events happen, and is complete: it can be written even if the table fails
later.  This module also decides which changes have a snapshot; most have none, since the events are
enough.
"""

from collections.abc import Sequence
from typing import get_args

from msgspec.json import Encoder
from msgspec.structs import replace

from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import (
    HandEnded,
    HandEvent,
    LogRestarted,
    NextHandScheduled,
    TableEvent,
)
from pokerws.game.secret_cards import PUBLIC_TYPES
from pokerws.game.state import Table
from pokerws.storage.accounts import MOVING_TYPES, Transfer
from pokerws.storage.store import Change, LoggedReceipt, LogRow, TableSnapshot
from pokerws.storage.vault.logged_events import encode_events
from pokerws.storage.vault.vault import Vault

# After so many events since the last snapshot, the end of a hand stores another one.  Instructions
# and bytes decide it: a snapshot costs 122 thousand and 2.5 kB of WAL, so two thousand and 50 bytes
# an action; replaying an event costs 24 thousand, so 2 million a table, but only after a crash.
SNAPSHOT_EVENTS = 128
# After so many, a snapshot is stored in the middle of a hand too.  This bounds what is replayed.
MOST_TAIL_EVENTS = 1_024

# Events that are public, seat nobody, and move or take no chips: most changes have only these.
_PLAIN_TYPES = PUBLIC_TYPES & {*get_args(HandEvent), HandEnded, NextHandScheduled} - MOVING_TYPES

_encode = Encoder().encode


class ChangeBuilder:
    """Builds the changes of one table, whose `state` is the one after the latest events.

    `tail` is the number of stored events after the stored snapshot.  None means that the next
    change needs a snapshot: for a new table, or if another key than the vault's first has sealed
    what is stored.  Without `keep_events` each change has one.  Without `stores` no change is
    written, so it has neither a snapshot nor sums of chips.
    """

    __slots__ = (
        *("_chips", "_config", "_epoch", "_is_inconsistent", "_key_id", "_players"),
        *("_state", "_stores", "_tail", "_vault", "keep_events"),
    )

    def __init__(
        self,
        state: TableSnapshot,
        epoch: int,
        vault: Vault,
        *,
        keep_events: bool = True,
        stores: bool = True,
        tail: int | None = None,
    ) -> None:
        self._state = state
        self._epoch = epoch
        self._vault = vault
        self.keep_events = keep_events and stores
        self._stores = stores
        self._tail = tail
        # Whether there are secrets in what was stored earlier is not known.
        self._key_id = vault.first
        self._is_inconsistent = False
        # Sums of the table that plain events leave as they are; None if they are not known.
        self._chips: int | None = None
        self._players = 0
        # The config of the stored row.  None if that may be another one.
        self._config: TableConfig | None = state.table.config

    def mark_inconsistent(self) -> None:
        """Record that a fault left the state half-way through a command; no change follows."""
        self._is_inconsistent = True

    def begin_again(self, epoch: int) -> None:
        """Build the next change from the whole state, under another epoch."""
        self._epoch = epoch
        self._tail = self._config = None

    def next(
        self,
        events: Sequence[TableEvent],
        transfers: tuple[Transfer, ...],
        at_ms: int,
        receipt: LoggedReceipt | None = None,
    ) -> Change:
        """The change that `events` made; `receipt` is that of the command that caused them.

        The receipt of a command without events is only in a snapshot.
        """
        table, count = self._state.table, len(events)
        log: tuple[LogRow, ...] = ()
        is_plain = _PLAIN_TYPES.issuperset(map(type, events))
        if not is_plain:
            self._chips = None
        if count and self.keep_events:
            payload = encode_events(events) if is_plain else self._sealed(table, events)
            receipt_text = b"" if receipt is None else _encode(receipt)
            log = (LogRow(table.seq, count, table.hand_number, payload, at_ms, receipt_text),)
            if self._tail is not None:
                self._tail += count
        return self._change(log, transfers, at_ms, count, self._is_due(log))

    def snapshot(self, at_ms: int, *, only_for_tail: bool = False) -> Change | None:
        """A change that stores the whole state and nothing else.

        None if the state is half-way through a command.  With `only_for_tail`, also None if the
        newest snapshot has everything.
        """
        if self._is_inconsistent or not self._stores or (only_for_tail and self._tail == 0):
            return None
        self._chips = None
        return self._change((), (), at_ms, 0, True)

    def _is_due(self, log: tuple[LogRow, ...]) -> bool:
        """Whether the next change needs a snapshot."""
        tail, table = self._tail, self._state.table
        if tail is None or not log or table.closed or table.config is not self._config:
            return self._stores
        if tail < SNAPSHOT_EVENTS:
            return False
        return table.hand is None or tail >= MOST_TAIL_EVENTS

    def _sealed(self, table: Table, events: Sequence[TableEvent]) -> bytes:
        """Events that may have secrets."""
        if not PUBLIC_TYPES.issuperset(map(type, events)):
            self._key_id = self._vault.first
        if LogRestarted in map(type, events):
            self._tail = None
        return self._vault.seal_events(table.id, table.hand_number, events)

    def _count(self, table: Table, total_pot: int) -> None:
        """Count the players, and all chips at the table."""
        self._players, self._chips = 0, total_pot
        if self._stores:
            for seat in table.seats:
                if seat is not None:
                    self._players += 1
                    self._chips += seat.stack

    def _change(
        self,
        log: tuple[LogRow, ...],
        transfers: tuple[Transfer, ...],
        at_ms: int,
        count: int,
        with_snapshot: bool,  # noqa: FBT001  a keyword costs more, and every change passes here
    ) -> Change:
        table = self._state.table
        version, snapshot = table.seq, None
        is_changed = table.config is not self._config
        self._config = table.config
        total_pot = table.total_pot if self._stores else 0
        if self._chips is None:
            self._count(table, total_pot)
        if with_snapshot:
            snapshot, self._key_id = self._vault.seal_snapshot(self._state)
            self._tail = 0
        return Change(
            table.id,
            table.name,
            table.status,
            table.config,
            self._players,
            table.hand_number,
            total_pot,
            version - count,
            version,
            self._epoch,
            snapshot,
            at_ms,
            log,
            self._chips or 0,
            transfers,
            self._key_id,
            is_changed,
        )


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
) -> Change:
    """The change that `events` made, with a snapshot; `state` is the table after them.

    It must follow version `expected`.
    """
    builder = ChangeBuilder(state, epoch, vault, keep_events=keep_events)
    return replace(builder.next(events, transfers, at_ms), expected=expected)
