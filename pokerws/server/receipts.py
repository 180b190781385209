"""The answers that accepted commands got, so that a command sent again gets its first answer.

They are stored with the table.  A few are kept a player, and for a bounded number of players; those
of commands that moved chips are kept longer, as nothing else would stop a repetition of them.
"""

from base64 import b64encode
from collections.abc import Iterable
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

_encode = msgspec.json.Encoder().encode


class _ActWithoutCards(Struct, frozen=True):
    """What an action was before there were draws; stored digests are of this."""

    player: PlayerId
    turn: int
    action: Action
    amount: int | None


class Receipts:
    """The latest receipts of a table's players; `kept` is their stored form."""

    def __init__(self, kept: dict[PlayerId, list[Receipt]]) -> None:
        self.kept = kept

    def find(self, player: PlayerId, command_id: str, command: Command) -> Receipt | None:
        """The receipt of this very command, if it was accepted before."""
        receipts = self.kept.get(player)
        if not receipts:
            return None
        digest = _digest(command_id, command)
        return next((receipt for receipt in receipts if receipt.digest == digest), None)

    def add(
        self,
        player: PlayerId,
        command_id: str,
        command: Command,
        seq: int,
        events: Iterable[TableEvent],
        *,
        table: Table,
    ) -> None:
        """Keep that a command was accepted; `seq` is the first of the `events` that it caused.

        Taking or leaving a seat forgets the earlier ones, so that a new stay starts afresh.  Those
        of players who sit at the `table` are never pushed out by those of others.
        """
        receipt = Receipt(_digest(command_id, command), seq)
        before = self.kept.pop(player, [])
        if any(isinstance(e, PlayerSat | PlayerStood) and e.player == player for e in events):
            before = []
        self.kept[player] = _latest([*before, receipt])
        if len(self.kept) > RECEIPT_PLAYERS:
            del self.kept[next(one for one in self.kept if table.seat_of(one) is None)]


def _latest(receipts: list[Receipt]) -> list[Receipt]:
    of_chips = [receipt for receipt in receipts if receipt.digest.startswith(CHIPS)]
    others = [receipt for receipt in receipts if not receipt.digest.startswith(CHIPS)]
    return of_chips[-CHIP_RECEIPTS_PER_PLAYER:] + others[-RECEIPTS_PER_PLAYER:]


def _digest(command_id: str, command: Command) -> str:
    """The command's id and what it asks; not what the account held when it came.

    An action without cards has the digest that it had before there were draws.

    Of 72 bits, as 12 characters: a player has a dozen, so that two alike are not to be feared.  A
    mark in front tells of a command that moves chips.
    """
    mark = CHIPS if isinstance(command, Sit | AddChips | Stand) else ""
    if isinstance(command, Sit | AddChips):
        command = replace(command, balance=None)
    asked: Command | _ActWithoutCards = command
    if isinstance(command, Act) and command.cards is None:
        asked = _ActWithoutCards(command.player, command.turn, command.action, command.amount)
    digest = blake2b(_encode((command_id, asked)), digest_size=9).digest()
    return mark + b64encode(digest).decode()
