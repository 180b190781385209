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
from pokerws.storage.vault.kept_receipts import STAYS, is_other_stay, keep_receipt
from pokerws.storage.vault.receipt_digests import ReceiptDigests

# Ids of at least this length are kept as a digest of this length.
LONG_ID = 20


class Receipts:
    """The latest receipts of a table's players; `kept` is the stored form, as it was loaded.

    `digests` makes the digests by which they are found.
    """

    __slots__ = ("_digests", "_loaded_seq", "_table", "kept")

    def __init__(
        self, table: TableId, kept: dict[PlayerId, list[Receipt]], digests: ReceiptDigests
    ) -> None:
        self.kept = kept
        self._table = table
        self._digests = digests
        # Receipts up to this seq may be from before the server's start, or from another version.
        self._loaded_seq = max((one.seq for own in kept.values() for one in own), default=0)

    def find(
        self, player: PlayerId, command_id: str, command: Command
    ) -> tuple[str, Receipt | None]:
        """The digest of a command, and its receipt if it was accepted before.

        Raises Refused if another command with its id was.
        """
        digest = self._digests.digest_of(self._table, player, command_id, command)
        own, known, is_taken = self.kept.get(player, ()), kept_id(command_id), False
        for receipt in own:
            if receipt.digest == digest:
                return digest, receipt
            if receipt.id == known:
                is_taken = True
        if self._loaded_seq:
            found = self._loaded(player, command_id, command, digest[0])
            if found is not None:
                return digest, found
        if is_taken:
            raise Refused("id_conflict")
        return digest, None

    def _loaded(
        self, player: PlayerId, command_id: str, command: Command, mark: str
    ) -> Receipt | None:
        """The receipt of a command from before the server's start, or from another version."""
        own, seq = self.kept.get(player, ()), self._loaded_seq
        # Receipts of chips are kept long, so other commands are not compared with them.
        loaded = [one for one in own if one.seq <= seq and one.digest[0] == mark]
        if not loaded:
            return None
        earlier = self._digests.earlier_digests_of(self._table, player, command_id, command)
        return next((one for one in loaded if one.digest in earlier), None)

    def add(
        self, player: PlayerId, receipt: Receipt, events: Sequence[TableEvent], *, table: Table
    ) -> None:
        """Record that a command was accepted and caused `events`; `table` is the one after them.

        Taking or leaving a seat drops the player's earlier receipts, since a new stay begins.
        """
        moved = not STAYS.isdisjoint(map(type, events)) and is_other_stay(player, events)
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
