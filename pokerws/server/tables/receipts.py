"""Deduplicates commands: a command that is resent gets its first answer.

Receipts are stored with the table.  `storage/vault/kept_receipts.py` decides which are kept.
"""

from binascii import b2a_base64
from collections.abc import Sequence
from hashlib import blake2b

from pokerws.game.commands import Command
from pokerws.game.events import TableEvent
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.messages import Refused
from pokerws.storage.store import Receipt
from pokerws.storage.vault.kept_receipts import is_other_stay, keep_receipt
from pokerws.storage.vault.receipt_digests import (
    KEYED,
    ReceiptDigests,
    mark_of,
    without_balance,
)

# Ids of at least this length are kept as a digest of this length.
LONG_ID = 20


class Recalled(Receipt, frozen=True, array_like=True, gc=False):
    """A receipt that is never stored: it has the `command` itself, in place of a digest.

    Of `digest` it has only the mark that tells whether the command moves chips.
    """

    command: Command | None = None


class Receipts:
    """The latest receipts of a table's players; `kept` is the stored form, as it was loaded.

    `digests` makes the digests by which they are found.  If the table `is_stored` nowhere, the
    commands themselves are compared, since a digest costs as much as decoding.
    """

    __slots__ = ("_digests", "_is_stored", "_loaded_seq", "_table", "kept")

    def __init__(
        self,
        table: TableId,
        kept: dict[PlayerId, list[Receipt]],
        digests: ReceiptDigests,
        *,
        is_stored: bool = True,
    ) -> None:
        self.kept = kept
        self._table = table
        self._digests = digests
        self._is_stored = is_stored
        # Receipts up to this seq may be from before the server's start, or from another version.
        self._loaded_seq = max((one.seq for own in kept.values() for one in own), default=0)

    def find(self, player: PlayerId, command_id: str, command: Command) -> Receipt | None:
        """The receipt of a command, if it was accepted before.

        Raises Refused if another command with its id was.
        """
        own = self.kept.get(player)
        if own is None:
            return None
        known, is_taken = kept_id(command_id), False
        for receipt in own:
            if receipt.id == known:
                is_taken = True
                if self._is_of(receipt, player, command_id, command):
                    return receipt
        if self._loaded_seq:
            found = self._loaded(own, player, command_id, command)
            if found is not None:
                return found
        if is_taken:
            raise Refused("id_conflict")
        return None

    def _is_of(self, receipt: Receipt, player: PlayerId, command_id: str, command: Command) -> bool:
        """Whether a receipt with the id of a command is the command's."""
        if isinstance(receipt, Recalled):
            return receipt.command == without_balance(command)
        digest = self._digests.digest_of(self._table, player, command_id, command)
        return receipt.digest == digest

    def _loaded(
        self, own: Sequence[Receipt], player: PlayerId, command_id: str, command: Command
    ) -> Receipt | None:
        """The receipt of a command from before the server's start, or from another version."""
        seq, mark = self._loaded_seq, mark_of(command) or KEYED
        # Receipts of chips are kept long, so other commands are not compared with them.
        loaded = [one for one in own if one.seq <= seq and one.digest[0] == mark]
        if not loaded:
            return None
        earlier = self._digests.earlier_digests_of(self._table, player, command_id, command)
        return next((one for one in loaded if one.digest in earlier), None)

    def receipt_of(self, player: PlayerId, command_id: str, command: Command, seq: int) -> Receipt:
        """The receipt of an accepted command, whose first event is `seq`."""
        known = kept_id(command_id)
        if self._is_stored:
            digest = self._digests.digest_of(self._table, player, command_id, command)
            return Receipt(digest, seq, known)
        mark = mark_of(command)
        return Recalled(mark, seq, known, without_balance(command) if mark else command)

    def add(
        self, player: PlayerId, receipt: Receipt, events: Sequence[TableEvent], *, table: Table
    ) -> None:
        """Record that a command was accepted and caused `events`; `table` is the one after them.

        Taking or leaving a seat drops the player's earlier receipts, since a new stay begins.  Of
        `events` only those count that begin or end a stay.
        """
        moved = bool(events) and is_other_stay(player, events)
        keep_receipt(self.kept, player, receipt, is_other_stay=moved, table=table)


def kept_id(command_id: str) -> str:
    """The form in which a receipt keeps the id of its command.

    The id is the client's and no secret.  It is kept as it is, since a digest of each would be a
    part of every command's cost; only long ones are shortened.
    """
    if len(command_id) < LONG_ID:
        return command_id
    digest = blake2b(command_id.encode(), digest_size=LONG_ID * 3 // 4).digest()
    return b2a_base64(digest, newline=False).decode()
