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
# The place of the other receipt that goes when there is one too many.
_OLDEST = -1 - RECEIPTS_PER_PLAYER

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
    if receipt.digest[:1] == CHIPS:
        _keep_for_chips(receipts, receipt)
    else:
        receipts.append(receipt)
        # Behind the oldest of its kind there are as many as may stay.
        if len(receipts) > RECEIPTS_PER_PLAYER and receipts[_OLDEST].digest[:1] != CHIPS:
            del receipts[_OLDEST]
    kept[player] = receipts
    if len(kept) > RECEIPT_PLAYERS:
        del kept[next(one for one in kept if table.seat_of(one) is None)]


def is_other_stay(player: PlayerId, events: Iterable[TableEvent]) -> bool:
    """Whether the player has taken or left a seat in `events`."""
    return any(isinstance(e, PlayerSat | PlayerStood) and e.player == player for e in events)


def _keep_for_chips(receipts: list[Receipt], receipt: Receipt) -> None:
    """Add a receipt for chips: those come before the others, and both kinds stay in order."""
    of_chips = sum(one.digest[:1] == CHIPS for one in receipts)
    receipts.insert(of_chips, receipt)
    del receipts[: max(0, of_chips + 1 - CHIP_RECEIPTS_PER_PLAYER)]
