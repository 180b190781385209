"""Deduplicates commands: a command that is resent gets its first answer.

Receipts are stored with the table.  A few are kept for each player, for a bounded number of
players.  Receipts of commands that move chips are kept longer, since only they prevent a second
execution.
"""

from collections.abc import Sequence

from pokerws.game.commands import Command
from pokerws.game.events import PlayerSat, PlayerStood, TableEvent
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.storage.store import Receipt
from pokerws.storage.vault.receipt_digests import CHIPS, ReceiptDigests

RECEIPTS_PER_PLAYER = 4
CHIP_RECEIPTS_PER_PLAYER = 8
RECEIPT_PLAYERS = 64

# The events that begin and end a stay at a table.
_STAYS = frozenset({PlayerSat, PlayerStood})


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
        """The digest of a command, and its receipt if it was accepted before."""
        digest = self._digests.digest_of(self._table, player, command_id, command)
        own = self.kept.get(player, ())
        for receipt in own:
            if receipt.digest == digest:
                return digest, receipt
        if not self._loaded_seq:
            return digest, None
        # Receipts of chips are kept long, so other commands are not compared with them.
        seq, mark = self._loaded_seq, digest[0]
        loaded = [one for one in own if one.seq <= seq and one.digest[0] == mark]
        if loaded:
            earlier = self._digests.earlier_digests_of(self._table, player, command_id, command)
            return digest, next((one for one in loaded if one.digest in earlier), None)
        return digest, None

    def add(
        self, player: PlayerId, receipt: Receipt, events: Sequence[TableEvent], *, table: Table
    ) -> None:
        """Record that a command was accepted and caused `events`.

        Taking or leaving a seat drops the player's earlier receipts, since a new stay begins.
        Receipts of players who sit at `table` are never evicted by those of others.
        """
        receipts = self.kept.pop(player, None)
        if receipts is None or _is_other_stay(player, events):
            receipts = []
        _keep(receipts, receipt)
        self.kept[player] = receipts
        if len(self.kept) > RECEIPT_PLAYERS:
            del self.kept[next(one for one in self.kept if table.seat_of(one) is None)]


def _is_other_stay(player: PlayerId, events: Sequence[TableEvent]) -> bool:
    """Whether the player has taken or left a seat."""
    if _STAYS.isdisjoint(map(type, events)):
        return False
    return any(isinstance(e, PlayerSat | PlayerStood) and e.player == player for e in events)


def _keep(receipts: list[Receipt], receipt: Receipt) -> None:
    """Add a receipt; those for chips come before the others, and both kinds stay in order."""
    of_chips = 0
    while of_chips < len(receipts) and receipts[of_chips].digest.startswith(CHIPS):
        of_chips += 1
    if receipt.digest.startswith(CHIPS):
        receipts.insert(of_chips, receipt)
        del receipts[: max(0, of_chips + 1 - CHIP_RECEIPTS_PER_PLAYER)]
    else:
        receipts.append(receipt)
        if len(receipts) - of_chips > RECEIPTS_PER_PLAYER:
            del receipts[of_chips]
