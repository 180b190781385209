"""The answers that accepted commands got, so that a command sent again gets its first answer.

They are stored with the table.  A few are kept a player, and for a bounded number of players; those
of commands that moved chips are kept longer, as nothing else would stop a repetition of them.
"""

from binascii import b2a_base64
from collections.abc import Sequence
from hashlib import blake2b

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pokerws.game.commands import Act, Action, AddChips, Command, Sit, Stand
from pokerws.game.events import PlayerSat, PlayerStood, TableEvent
from pokerws.game.state import PlayerId, Table
from pokerws.storage.store import Receipt

RECEIPTS_PER_PLAYER = 4
CHIP_RECEIPTS_PER_PLAYER = 8
RECEIPT_PLAYERS = 64

# No digest begins with this by chance.
CHIPS = "$"

# What begins and ends a stay at a table.
_STAYS = frozenset({PlayerSat, PlayerStood})

_encode = msgspec.json.Encoder().encode


class _ActWithoutCards(Struct, frozen=True):
    """What an action was before there were draws; stored digests are of this."""

    player: PlayerId
    turn: int
    action: Action
    amount: int | None


class Receipts:
    """The latest receipts of a table's players; `kept` is their stored form."""

    __slots__ = ("kept",)

    def __init__(self, kept: dict[PlayerId, list[Receipt]]) -> None:
        self.kept = kept

    def find(self, player: PlayerId, digest: str) -> Receipt | None:
        """The receipt of the command with this digest, if it was accepted before."""
        for receipt in self.kept.get(player, ()):
            if receipt.digest == digest:
                return receipt
        return None

    def add(
        self, player: PlayerId, receipt: Receipt, events: Sequence[TableEvent], *, table: Table
    ) -> None:
        """Keep that a command was accepted, which caused the `events`.

        Taking or leaving a seat forgets the earlier ones, so that a new stay starts afresh.  Those
        of players who sit at the `table` are never pushed out by those of others.
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
    """Add a receipt; those of chips stand before the others, and each kind is in order."""
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


def digest_of(command_id: str, command: Command) -> str:
    """The command's id and what it asks; not what the account held when it came.

    An action without cards has the digest that it had before there were draws.

    Of 72 bits, as 12 characters: a player has a dozen, so that two alike are not to be feared.  A
    mark in front tells of a command that moves chips.
    """
    asked: Command | _ActWithoutCards = command
    mark = ""
    if isinstance(command, Act):
        if command.cards is None:
            asked = _ActWithoutCards(command.player, command.turn, command.action, command.amount)
    elif isinstance(command, (Sit, AddChips)):
        asked, mark = replace(command, balance=None), CHIPS
    elif isinstance(command, Stand):
        mark = CHIPS
    digest = blake2b(_encode((command_id, asked)), digest_size=9).digest()
    return mark + b2a_base64(digest, newline=False).decode()
