"""Completes a stored snapshot by the log after it: the table, and the receipts of its players.

The result equals what was in memory when the last of the events was stored, to the byte.  This is
the one way from the database to a table; it does no I/O, and repairs nothing.
"""

from collections.abc import Iterable, Sequence

import msgspec

from pokerws.game.apply import apply
from pokerws.game.cards import UNKNOWN
from pokerws.game.events import (
    BoardDealt,
    CardsShown,
    HoleCardsDealt,
    PlayerSat,
    PlayerStood,
    TableEvent,
    tag_of,
)
from pokerws.game.illegal import Inconsistent
from pokerws.game.secret_cards import PUBLIC_TYPES
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.storage.errors import LogBroken, SealedByUnknownKey
from pokerws.storage.log_events import events_in
from pokerws.storage.store import EventRow, LoggedReceipt, LogRow, Receipt, TableSnapshot
from pokerws.storage.vault.kept_receipts import KeptReceipts, keep_receipt
from pokerws.storage.vault.vault import Vault, decode_snapshot, key_of

_decode_receipt = msgspec.json.Decoder(LoggedReceipt).decode
# Events that are applied and nothing else: they have no cards, and neither begin nor end a stay.
_PLAIN_TYPES = PUBLIC_TYPES - {BoardDealt, CardsShown, PlayerSat, PlayerStood}


class ReplayedReceipts:
    """Adds the receipts of a log to `kept`, exactly as they were added when it was played."""

    def __init__(self, kept: KeptReceipts) -> None:
        self.kept = kept
        # The latest event by which a player has taken or left a seat.
        self._stays: dict[PlayerId, int] = {}

    def follow(
        self, seq: int, event: TableEvent, receipt: bytes | str | None, table: Table
    ) -> None:
        """Note an event; `table` is the one after it.

        `receipt` is that of the command of which it is the last event.  Raises msgspec's errors and
        ValueError for a receipt that does not decode.
        """
        self.note_stay(seq, event)
        if receipt:
            self.keep(receipt, table)

    def note_stay(self, seq: int, event: TableEvent) -> None:
        """Note an event by which a player has taken or left a seat; of others, nothing."""
        if isinstance(event, PlayerSat | PlayerStood):
            self._stays[event.player] = seq

    def keep(self, receipt: bytes | str, table: Table) -> None:
        """Keep the receipt of a command whose events lead to `table`.  Raises as `follow`."""
        logged = _decode_receipt(receipt)
        player, seq = logged.player, logged.seq
        moved = self._stays.get(player, 0) >= seq
        one = Receipt(logged.digest, seq, logged.id)
        keep_receipt(self.kept, player, one, is_other_stay=moved, table=table)

    def break_off(self, seq: int, next_receipt: bytes | str) -> None:
        """Prepare to go on after event `seq` without the events before it.

        If the next command with a receipt began before, it may have been the beginning of a stay.
        Raises msgspec's errors and ValueError for a receipt that does not decode.
        """
        player, one = logged_receipt(next_receipt)
        if one.seq <= seq and self._stays.get(player, 0) >= one.seq:
            self.kept.pop(player, None)


class ReplayedTable:
    """The state in `snapshot`, which `take` brings up to date.

    `taken` events were applied.  `is_current`: no other key than the vault's first has sealed the
    snapshot or any of them.
    """

    def __init__(self, vault: Vault, snapshot: TableSnapshot, *, is_current: bool = True) -> None:
        self.snapshot = snapshot
        self.taken = 0
        self.is_current = is_current
        self._vault = vault
        self._receipts = ReplayedReceipts(snapshot.receipts)

    @classmethod
    def of(cls, vault: Vault, table: TableId, data: bytes, version: int) -> "ReplayedTable":
        """The snapshot in the row of `table`, which is said to be of `version`.

        Raises ValueError if it is not; otherwise as `Vault.open_snapshot`.
        """
        snapshot = decode_snapshot(data)
        is_current = key_of(snapshot.sealed) in {None, vault.first}
        vault.unseal_snapshot(table, snapshot)
        if (snapshot.table.id, snapshot.table.seq) != (table, version):
            raise ValueError(
                f"a snapshot of table {snapshot.table.id}, event {snapshot.table.seq}, is stored "
                f"for {table}, event {version}"
            )
        return cls(vault, snapshot, is_current=is_current)

    @property
    def seq(self) -> int:
        """The last event that is in the state."""
        return self.snapshot.table.seq

    def take_row(self, row: LogRow, until: int) -> None:
        """Apply the events of the row that follows, up to event `until`.  Raises as `take`.

        They are decoded by one call.  A row that does not decode, or does not follow, is taken
        event by event, which tells what is wrong with it.
        """
        table = self.snapshot.table
        follows = row.seq - row.count == table.seq and row.seq <= until
        events = self._opened(row) if follows else []
        if len(events) != row.count:
            self.take(events_in(row)[: until - table.seq])
            return
        try:
            if _PLAIN_TYPES.issuperset(map(type, events)):
                for event in events:
                    apply(table, event)
            else:
                self._apply_checked(row, events)
            if row.receipt:
                self._receipts.keep(row.receipt, table)
        except LogBroken:
            raise
        except Exception as error:
            # `apply` counts an event before anything else.
            kind = tag_of(events[table.seq - row.seq - 1])
            raise _broken(table.seq, kind, error) from error
        self.taken += row.count

    def _apply_checked(self, row: LogRow, events: Sequence[TableEvent]) -> None:
        """Apply events of a row of which some have cards, or begin or end a stay."""
        table = self.snapshot.table
        for seq, event in enumerate(events, row.seq - row.count + 1):
            try:
                check_cards(table, event)
            except Exception as error:
                # It names a seat that there is not, or other cards.
                raise _broken(seq, tag_of(event), error) from error
            apply(table, event)
            self._receipts.note_stay(seq, event)
        self.is_current = self.is_current and self._vault.is_sealed_by_first(row.payload)

    def _opened(self, row: LogRow) -> list[TableEvent]:
        """The events of a row; none if any cannot be read.  Raises SealedByUnknownKey."""
        try:
            return self._vault.open_events(self.snapshot.table.id, row.hand_number, row.payload)
        except SealedByUnknownKey:
            raise
        except Exception:  # noqa: BLE001  What is wrong is told when its events are opened.
            return []

    def take(self, rows: Iterable[EventRow]) -> None:
        """Apply the events that follow.

        Raises LogBroken, which names the event, and SealedByUnknownKey.  The state is then lost.
        """
        table = self.snapshot.table
        for row in rows:
            if row.seq != table.seq + 1:
                raise LogBroken(f"event {table.seq + 1} is missing from the log")
            try:
                event = self._vault.open_event(table.id, row.hand_number, row.payload)
                check_cards(table, event)
                apply(table, event)
                self._receipts.follow(row.seq, event, row.receipt, table)
                self.taken += 1
                self.is_current = self.is_current and self._vault.is_sealed_by_first(row.payload)
            except SealedByUnknownKey:
                raise
            except Exception as error:
                # An event that decodes may still not follow, and so cause any exception.
                raise _broken(row.seq, row.type, error) from error


def _broken(seq: int, kind: str, error: Exception) -> LogBroken:
    why = str(error) or type(error).__name__
    return LogBroken(f"event {seq} ({kind}) cannot be replayed: {why}")


def check_cards(table: Table, event: TableEvent) -> None:
    """Check that `event` deals and shows the cards that `table` has for it, where they are known.

    Raises Inconsistent.  `apply` takes an event's word for its cards.  But a stored event may have
    been changed by hand, and public cards are not sealed.
    """
    hand = table.hand
    if hand is None:
        return
    match event:
        case BoardDealt(cards=dealt):
            known = hand.deck[: len(dealt)]
        case HoleCardsDealt(cards=down, up=up):
            dealt = [card for cards in (*down, *up) for card in cards]
            known = hand.deck[: len(dealt)]
        case CardsShown(seat=number, cards=dealt):
            seat = hand.seats[number]
            known = [] if seat is None else seat.cards
        case _:
            return
    if known and UNKNOWN not in known and UNKNOWN not in dealt and sorted(known) != sorted(dealt):
        raise Inconsistent("its cards are others than those of the deck or of the player")


def logged_receipt(data: bytes | str) -> tuple[PlayerId, Receipt]:
    """A receipt of the log, and whose it is.  Raises msgspec's errors and ValueError."""
    logged = _decode_receipt(data)
    return logged.player, Receipt(logged.digest, logged.seq, logged.id)
