"""Which receipts of a table are kept: the same when a command is played, and when it is replayed.

A few are kept for each player, for a bounded number of players.  Receipts of commands that move
chips are kept longer, since only they prevent a second execution.  This module must not know how a
receipt is found (`server/tables/receipts.py`).
"""

from collections.abc import Iterable

from pokerws.game.events import PlayerSat, PlayerStood, TableEvent
from pokerws.game.state import PlayerId, Table
from pokerws.storage.store import Receipt
from pokerws.storage.vault.receipt_digests import CHIPS

RECEIPTS_PER_PLAYER = 4
CHIP_RECEIPTS_PER_PLAYER = 8
RECEIPT_PLAYERS = 64

KeptReceipts = dict[PlayerId, list[Receipt]]


def keep_receipt(
    kept: KeptReceipts, player: PlayerId, receipt: Receipt, *, is_other_stay: bool, table: Table
) -> None:
    """Keep the receipt of a player's command in `kept`; `table` is the one after its events.

    `is_other_stay`: the player has taken or left a seat by it.  That drops the earlier receipts.
    Receipts of players who sit at `table` are never evicted by those of others.
    """
    receipts = kept.pop(player, None)
    if receipts is None or is_other_stay:
        receipts = []
    _keep(receipts, receipt)
    kept[player] = receipts
    if len(kept) > RECEIPT_PLAYERS:
        del kept[next(one for one in kept if table.seat_of(one) is None)]


def is_other_stay(player: PlayerId, events: Iterable[TableEvent]) -> bool:
    """Whether the player has taken or left a seat in `events`."""
    return any(isinstance(e, PlayerSat | PlayerStood) and e.player == player for e in events)


def _keep(receipts: list[Receipt], receipt: Receipt) -> None:
    """Add a receipt; those for chips come before the others, and both kinds stay in order."""
    if receipt.digest[:1] == CHIPS:
        of_chips = sum(one.digest[:1] == CHIPS for one in receipts)
        receipts.insert(of_chips, receipt)
        del receipts[: max(0, of_chips + 1 - CHIP_RECEIPTS_PER_PLAYER)]
        return
    receipts.append(receipt)
    if len(receipts) > RECEIPTS_PER_PLAYER:
        # Behind it there are as many as may stay.
        oldest = receipts[-1 - RECEIPTS_PER_PLAYER]
        if oldest.digest[:1] != CHIPS:
            del receipts[-1 - RECEIPTS_PER_PLAYER]
