"""Deduplicates commands: a command that is resent gets its first answer.

Receipts are stored with the table.  A few are kept for each player, for a bounded number of
players.  Receipts of commands that move chips are kept longer, since only they prevent a second
execution.
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

# The events that begin and end a stay at a table.
_STAYS = frozenset({PlayerSat, PlayerStood})

_encode = msgspec.json.Encoder().encode


class _ActWithoutCards(Struct, frozen=True):
    """The encoding of an action before draw games existed, for the digests of that time."""

    player: PlayerId
    turn: int
    action: Action
    amount: int | None


class _Discard(Struct, frozen=True):
    """The encoding of a draw: how many cards, since which ones is secret.

    The store shows digests to whoever reads it, and the few possible discards could all be tried.
    """

    player: PlayerId
    turn: int
    action: Action
    count: int


class Receipts:
    """The latest receipts of a table's players; `kept` is the stored form."""

    __slots__ = ("kept",)

    def __init__(self, kept: dict[PlayerId, list[Receipt]]) -> None:
        self.kept = kept

    def find(self, player: PlayerId, digest: str, older: str | None = None) -> Receipt | None:
        """The receipt of the command with this digest, or the `older` one, if there is one."""
        for receipt in self.kept.get(player, ()):
            if receipt.digest in (digest, older):
                return receipt
        return None

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


def digest_of(command_id: str, command: Command) -> str:
    """A digest of the command's id and content, without the account's balance at that time.

    It has 72 bits, as 12 characters: enough to tell a dozen commands per player apart.  The prefix
    `CHIPS` marks a command that moves chips.  An action without cards keeps the digest from before
    draw games existed, since such digests are stored.  Of a draw only the number of cards counts.
    """
    asked: Command | _ActWithoutCards | _Discard = command
    mark = ""
    if isinstance(command, Act):
        player, turn, action = command.player, command.turn, command.action
        if command.cards is None:
            asked = _ActWithoutCards(player, turn, action, command.amount)
        else:
            asked = _Discard(player, turn, action, len(command.cards))
    elif isinstance(command, (Sit, AddChips)):
        asked, mark = replace(command, balance=None), CHIPS
    elif isinstance(command, Stand):
        mark = CHIPS
    return mark + _digest(command_id, asked)


def older_digest_of(command_id: str, command: Command) -> str | None:
    """The digest by which an older version stored a draw; None for other commands."""
    is_draw = isinstance(command, Act) and command.cards is not None
    return _digest(command_id, command) if is_draw else None


def _digest(command_id: str, asked: Struct) -> str:
    digest = blake2b(_encode((command_id, asked)), digest_size=9).digest()
    return b2a_base64(digest, newline=False).decode()
