"""Keyed digests of commands, by which the receipt of a resent command is found.

Receipts are in the open part of a snapshot.  Without a key, a reader of the database could try all
discards until one gives the stored digest.  The keys are derived from the vault's keys, so nothing
else has to be kept.  This module also upgrades the unkeyed digests of older versions.  It must not
know how long receipts are kept (`server/tables/receipts.py`).
"""

import secrets
from binascii import b2a_base64
from collections.abc import Iterable, Sequence
from hashlib import blake2b

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct
from msgspec.structs import replace

from pokerws.game.commands import (
    Act,
    Action,
    AddChips,
    Command,
    GiveChips,
    Sit,
    Stand,
    TakeChips,
)
from pokerws.game.state import PlayerId, TableId
from pokerws.storage.store import Receipt

# Begins the digest of a command that moves chips.
CHIPS = "$"
_OF_CHIPS = frozenset({Sit, AddChips, Stand, GiveChips, TakeChips})
# Follows in a keyed digest; no unkeyed one has it.
KEYED = "."
# 72 bits, as 12 characters: enough to tell a dozen commands per player apart.
DIGEST_BYTES = 9
KEY_BYTES = 32

_encode = msgspec.json.Encoder().encode


class _Key:
    """One key: what it makes of a command, and of an older digest.

    Copying a hash that has read the key costs less than keying one each time.
    """

    __slots__ = ("_commands", "_older")

    def __init__(self, secret: bytes) -> None:
        derived = HKDF(SHA256(), KEY_BYTES, None, b"pokerws 1 receipts").derive(secret)
        self._commands = blake2b(key=derived, digest_size=DIGEST_BYTES, person=b"command")
        self._older = blake2b(key=derived, digest_size=DIGEST_BYTES, person=b"older digest")

    def of_command(self, data: bytes) -> str:
        mac = self._commands.copy()
        mac.update(data)
        return _text(mac.digest())

    def of_older(self, table: TableId, player: PlayerId, digest: str) -> str:
        mac = self._older.copy()
        mac.update(_encode((table, player, digest)))
        mark = CHIPS if digest.startswith(CHIPS) else ""
        return mark + KEYED + _text(mac.digest())


class ReceiptDigests:
    """Digests under the keys that are derived from `vault_keys`, the first of which makes new ones.

    Without keys of a vault a random key of the process makes them, since nothing is stored then.
    """

    def __init__(self, vault_keys: Sequence[bytes]) -> None:
        self._keys = [_Key(secret) for secret in vault_keys or [secrets.token_bytes(KEY_BYTES)]]
        self._first = self._keys[0]
        self._can_upgrade = bool(vault_keys)

    def digest_of(self, table: TableId, player: PlayerId, command_id: str, command: Command) -> str:
        """The digest of a player's command: its id and content, without the account's balance."""
        kind = type(command)
        if kind in _OF_CHIPS:
            data = _content(table, player, command_id, command)
            return CHIPS + KEYED + self._first.of_command(data)
        # The same for a command without a balance, with fewer calls, since every action passes.
        data = _encode((table, player, command_id, kind.__name__, command))
        return KEYED + self._first.of_command(data)

    def earlier_digests_of(
        self, table: TableId, player: PlayerId, command_id: str, command: Command
    ) -> set[str]:
        """The digests by which the same command may be stored from before the server's start.

        They are made by one of the keys, or upgraded from the unkeyed one of an older version.
        """
        data, mark = _content(table, player, command_id, command), mark_of(command)
        unkeyed = unkeyed_digests_of(command_id, command)
        found = {mark + KEYED + key.of_command(data) for key in self._keys}
        found.update(key.of_older(table, player, old) for key in self._keys for old in unkeyed)
        return found

    def upgrade(self, table: TableId, receipts: dict[PlayerId, list[Receipt]]) -> bool:
        """Key the digests of older versions in place; returns whether there were any.

        Without a vault's key nothing changes, since later starts could not find the receipts.
        """
        if not self._can_upgrade or not has_unkeyed(receipts):
            return False
        for player, own in receipts.items():
            receipts[player] = [
                receipt
                if KEYED in receipt.digest
                else replace(receipt, digest=self._first.of_older(table, player, receipt.digest))
                for receipt in own
            ]
        return True


def has_unkeyed(receipts: dict[PlayerId, list[Receipt]]) -> bool:
    """Whether there are digests of an older version."""
    return any(KEYED not in receipt.digest for own in receipts.values() for receipt in own)


def mark_of(command: Command) -> str:
    """How the digest of a command begins: CHIPS if it moves chips."""
    return CHIPS if type(command) in _OF_CHIPS else ""


def _content(table: TableId, player: PlayerId, command_id: str, command: Command) -> bytes:
    """What a digest covers.  A command with the fields of another one has another name."""
    asked: Struct = without_balance(command)
    if isinstance(command, Sit) and command.entry == "wait":
        # As it was before there was an `entry`, so that older receipts are found.
        asked = _SitWithoutEntry.of(command)
    return _encode((table, player, command_id, type(command).__name__, asked))


def without_balance(command: Command) -> Command:
    """The part of a command that the player has sent."""
    if isinstance(command, (Sit, AddChips)) and command.balance is not None:
        return replace(command, balance=None)
    return command


def _text(digest: bytes) -> str:
    return b2a_base64(digest, newline=False).decode()


# ---- digests of older versions


class _ActWithoutCards(Struct, frozen=True):
    """The encoding of an action before draw games existed, for the digests of that time."""

    player: PlayerId
    turn: int
    action: Action
    amount: int | None


class _Discard(Struct, frozen=True):
    """The encoding of a draw by its number of cards, as digests had it before they were keyed."""

    player: PlayerId
    turn: int
    action: Action
    count: int


class _SitWithoutEntry(Struct, frozen=True):
    """The encoding of taking a seat before a player could ask to post a blind with it."""

    player: PlayerId
    name: str
    seat: int | None
    buy_in: int
    balance: None = None

    @classmethod
    def of(cls, command: Sit) -> "_SitWithoutEntry":
        """What a client asked for that did not know `entry`."""
        return cls(command.player, command.name, command.seat, command.buy_in)


def unkeyed_digests_of(command_id: str, command: Command) -> Iterable[str]:
    """The digests that versions before keyed ones have stored for a command.

    Version 0.1.0 covered the cards of a draw; later ones only their number.
    """
    if isinstance(command, Act):
        player, turn, action = command.player, command.turn, command.action
        if command.cards is None:
            return (_unkeyed(command_id, _ActWithoutCards(player, turn, action, command.amount)),)
        count = _Discard(player, turn, action, len(command.cards))
        return _unkeyed(command_id, count), _unkeyed(command_id, command)
    asked = without_balance(command)
    older = _SitWithoutEntry.of(command) if isinstance(command, Sit) else asked
    return (mark_of(command) + _unkeyed(command_id, older),)


def _unkeyed(command_id: str, asked: Struct) -> str:
    return _text(blake2b(_encode((command_id, asked)), digest_size=DIGEST_BYTES).digest())
