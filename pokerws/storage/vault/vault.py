"""Encryption at rest: secret cards are stored encrypted only ("sealed").

Sealing uses AES-GCM, with the table, the hand and the kind of row as associated data.  Public parts
stay readable JSON.  `game/secret_cards.py` says what is secret.  This module must not know where
keys come from (`keys.py`) or which viewer may see what (`game/redaction.py`).
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct
from msgspec.structs import replace

from pokerws.game.cards import UNKNOWN, Card, parse_cards
from pokerws.game.events import (
    CardsDrawn,
    DeckReshuffled,
    HandStarted,
    HoleCardsDealt,
    LogRestarted,
    TableEvent,
)
from pokerws.game.secret_cards import (
    NO_SECRETS,
    PUBLIC_TYPES,
    SecretEvent,
    Secrets,
    fill,
    fill_last,
    has_unknown,
    masked,
    public_table,
    secrets_of,
    without_secrets,
)
from pokerws.game.state import Hand, Table, TableId
from pokerws.storage.errors import SealBroken, SealedByUnknownKey, VaultError
from pokerws.storage.store import TableSnapshot
from pokerws.storage.vault.link_keys import LinkKeys
from pokerws.storage.vault.logged_events import (
    decode_event,
    decode_events,
    encode_event,
    encode_events,
)
from pokerws.storage.vault.receipt_digests import ReceiptDigests
from pokerws.storage.vault.upcast import upcast

# Raised when damaged text is decoded; RecursionError for deep nesting.
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)

KEY_BYTES = 32
NONCE_BYTES = 12
Kind = Literal[
    "snapshot",
    "hand_started",
    "hole_cards_dealt",
    "cards_drawn",
    "deck_reshuffled",
    "log_restarted",
]


class VaultKey(NamedTuple):
    """A key of 32 bytes; its id stands before every text that it has sealed."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"VaultKey({self.id!r})"


_encode = msgspec.json.Encoder().encode
# The public part of a snapshot, and not upgraded.
decode_snapshot = msgspec.json.Decoder(TableSnapshot).decode


class _Plain(Struct, array_like=True, forbid_unknown_fields=True):
    """The plain text of a seal.  Each list of cards is one word, which takes half the space."""

    deck: str
    cards: list[str]
    discards: list[str] = []


_decode_plain = msgspec.json.Decoder(_Plain).decode


class _Sealed(Struct):
    """The additional member of a sealed event's JSON."""

    sealed: str = ""


_decode_sealed = msgspec.json.Decoder(_Sealed).decode
_decode_all_sealed = msgspec.json.Decoder(list[_Sealed]).decode
# How a sealed text begins in JSON, and an empty one.  Inside of strings, quotes are escaped.
_SEAL, _NO_SEAL = b'"sealed":"', b'"sealed":""'


class Vault:
    """Seals with the first key, opens with any.  Without keys it reads unsealed rows only.

    `receipt_digests` finds receipts, and `link_keys` has the secrets of unlisted tables, with keys
    derived from the same ones.
    """

    def __init__(self, keys: Sequence[VaultKey]) -> None:
        self._first = keys[0].id if keys else None
        self._ciphers = {key.id: AESGCM(key.secret) for key in keys}
        if len(self._ciphers) != len(keys):
            raise VaultError("two keys have the same id: give each its own")
        self.receipt_digests = ReceiptDigests([key.secret for key in keys])
        self.link_keys = LinkKeys([key.secret for key in keys])

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._ciphers

    @property
    def can_seal(self) -> bool:
        """Whether there is a key to seal with."""
        return self._first is not None

    @property
    def first(self) -> str | None:
        """The id of the key that seals."""
        return self._first

    def seal_key(self, name: str, secret: str) -> str:
        """The text of one of the server's own keys for the store."""
        return self._encrypt(secret.encode(), _place_of_key(name))

    def open_key(self, name: str, text: str) -> str:
        """The server's own key of this name.  Raises SealedByUnknownKey and SealBroken."""
        return self._decrypt(text, _place_of_key(name)).decode()

    def seal_snapshot(self, snapshot: TableSnapshot) -> tuple[bytes, str | None]:
        """A snapshot as JSON, and the key's id that sealed it; None where nothing is secret."""
        table = snapshot.table
        number, secrets = secrets_of(table)
        if secrets.none:
            return _encode(snapshot), None
        text = self._seal(_place("snapshot", table.id, number), secrets)
        public = replace(snapshot, table=public_table(table), sealed=text)
        return _encode(public), self._first

    def open_snapshot(self, table: TableId, data: bytes | str) -> TableSnapshot:
        """The snapshot in the row of `table`, decrypted and upgraded.

        Raises SealedByUnknownKey, SealBroken, and msgspec's errors for data that do not decode.
        """
        snapshot = decode_snapshot(data)
        self.unseal_snapshot(table, snapshot)
        return snapshot

    def unseal_snapshot(self, table: TableId, snapshot: TableSnapshot) -> None:
        """Decrypt the public part of a snapshot in place.

        Raises SealedByUnknownKey, which leaves `snapshot` as it is, and SealBroken.
        """
        self._open_table("snapshot", table, snapshot.table, snapshot.sealed)
        snapshot.sealed = ""
        upcast(snapshot.table)
        self.receipt_digests.upgrade(table, snapshot.receipts)

    def seal_events(self, table: TableId, hand: int, events: Sequence[TableEvent]) -> bytes:
        """Events of a table's hand as a JSON array; `hand` is the number in their row."""
        if PUBLIC_TYPES.issuperset(map(type, events)):
            return encode_events(events)
        return b"[%b]" % b",".join([self.seal_event(table, hand, event) for event in events])

    def is_sealed_by_first(self, data: bytes) -> bool:
        """Whether no other key than the first has sealed the secrets in a snapshot or event."""
        seals = data.count(_SEAL)
        if not seals:
            return True
        own = 0 if self._first is None else data.count(_SEAL + f"{self._first}:".encode())
        return seals == data.count(_NO_SEAL) + own

    def seal_event(self, table: TableId, hand: int, event: TableEvent) -> bytes:
        """An event of a table's hand as JSON; `hand` is the number in its row."""
        # Most events are public, and looking up the type is faster than trying each case.
        if type(event) in PUBLIC_TYPES:
            return encode_event(event)
        match event:
            case HandStarted(deck=deck):
                secrets, public = Secrets(deck, [], []), _encode(replace(event, deck=[]))
                return self._with_seal(public, _place("hand_started", table, hand), secrets)
            case HoleCardsDealt(cards=cards):
                secrets, seen = Secrets([], cards, []), [masked(own) for own in cards]
                public = _encode(replace(event, cards=seen))
                return self._with_seal(public, _place_of_deal(table, hand, event), secrets)
            case CardsDrawn(discarded=discarded, drawn=drawn):
                secrets = Secrets([], [discarded, drawn], [])
                seen = [masked(discarded), masked(drawn)]
                public = _encode(replace(event, discarded=seen[0], drawn=seen[1]))
                return self._with_seal(public, _place_of_draw(table, hand, event), secrets)
            case DeckReshuffled(deck=deck):
                secrets, public = Secrets(deck, [], []), _encode(replace(event, deck=[]))
                return self._with_seal(public, _place_of_deck(table, hand, event), secrets)
            case LogRestarted(table=whole):
                secrets = NO_SECRETS if whole is None else secrets_of(whole)[1]
                public = _encode(LogRestarted(None if whole is None else public_table(whole)))
                return self._with_seal(public, _place("log_restarted", table, hand), secrets)
            case _:
                return encode_event(without_secrets(event))

    def open_event(self, table: TableId, hand: int, payload: bytes | str) -> TableEvent:
        """The event of a table's hand, decrypted.

        Raises SealedByUnknownKey, SealBroken, and msgspec's errors for data that do not decode.
        """
        return self.unseal(table, hand, decode_event(payload), payload)

    def open_events(self, table: TableId, hand: int, payload: bytes) -> list[TableEvent]:
        """The events of a row of the log, decrypted; raises as `open_event`."""
        events = decode_events(payload)
        # Most rows are public, and decoded by one call.
        if not PUBLIC_TYPES.issuperset(map(type, events)):
            for place, one in enumerate(_decode_all_sealed(payload)):
                events[place] = self._unsealed(table, hand, events[place], one.sealed)
        return events

    def unseal(
        self, table: TableId, hand: int, event: TableEvent, payload: bytes | str
    ) -> TableEvent:
        """The event with its secrets; `event` is its public part, decoded from `payload`.

        Raises SealedByUnknownKey, which leaves `event` as it is, and SealBroken.
        """
        if not isinstance(event, SecretEvent):
            return event
        return self._unsealed(table, hand, event, _decode_sealed(payload).sealed)

    def _unsealed(self, table: TableId, hand: int, event: TableEvent, text: str) -> TableEvent:
        match event:
            case DeckReshuffled() if text:
                place = _place_of_deck(table, hand, event)
                return replace(event, deck=self._open(text, place).deck)
            case CardsDrawn() if text:
                return self._open_draw(table, hand, event, text)
            case CardsDrawn(discarded=discarded, drawn=drawn) if UNKNOWN in discarded + drawn:
                raise SealBroken("the sealed text with the cards is missing")
            case HandStarted() if text:
                place = _place("hand_started", table, hand)
                return replace(event, deck=self._open(text, place).deck)
            case HoleCardsDealt(cards=public) if text:
                dealt = self._open(text, _place_of_deal(table, hand, event)).cards
                if public != [masked(own) for own in dealt]:
                    raise SealBroken("the sealed cards are not of the seats that were dealt to")
                return replace(event, cards=dealt)
            case HoleCardsDealt(cards=public) if any(UNKNOWN in own for own in public):
                raise SealBroken("the sealed text with the cards is missing")
            case LogRestarted(table=Table() as whole):
                self._open_table("log_restarted", table, whole, text, hand)
                upcast(whole)
                return event
            case _:
                return event

    def _open_draw(self, table: TableId, hand: int, event: CardsDrawn, text: str) -> CardsDrawn:
        cards = self._open(text, _place_of_draw(table, hand, event)).cards
        if [masked(own) for own in cards] != [event.discarded, event.drawn]:
            raise SealBroken("the sealed cards are not as many as were drawn")
        return replace(event, discarded=cards[0], drawn=cards[1])

    def _with_seal(self, public: bytes, place: bytes, secrets: Secrets) -> bytes:
        """An event's JSON with the sealed text as its last member."""
        if secrets.none:
            return public
        text = self._seal(place, secrets)
        return b'%b,"sealed":"%b"}' % (public[:-1], text.encode())

    def _open_table(
        self, kind: Kind, table: TableId, state: Table, text: str, number: int | None = None
    ) -> None:
        """Decrypt the cards into a table's hand, which is in play or the last one."""
        hand = state.hand or state.last_hand
        if not text:
            if has_unknown(state):
                raise SealBroken("the sealed text with the cards is missing")
            return
        if hand is None:
            raise SealBroken("cards are sealed, and there is no hand that they are of")
        place = _place(kind, table, hand.number if number is None else number)
        secrets = self._open(text, place)
        if not (fill(hand, secrets) if isinstance(hand, Hand) else fill_last(hand, secrets)):
            raise SealBroken("the sealed cards do not go with the public part of the hand")

    def _seal(self, place: bytes, secrets: Secrets) -> str:
        plain = ["".join(secrets.deck), _words(secrets.cards)]
        if secrets.discards:
            plain.append(_words(secrets.discards))
        return self._encrypt(_encode(plain), place)

    def _open(self, text: str, place: bytes) -> Secrets:
        data = self._decrypt(text, place)
        try:
            plain = _decode_plain(data)
            words = (plain.deck, *plain.cards, *plain.discards)
            deck, *lists = _cut(parse_cards("".join(words)), words)
            return Secrets(deck, lists[: len(plain.cards)], lists[len(plain.cards) :])
        except (ValueError, msgspec.MsgspecError):
            # Without the cause, which may contain a part of the plain text.
            raise SealBroken("its sealed text holds no cards") from None

    def _encrypt(self, plain: bytes, place: bytes) -> str:
        if self._first is None:
            raise VaultError("there is no key to seal with: set VAULT_KEYS")
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._ciphers[self._first].encrypt(nonce, plain, place)
        return f"{self._first}:{b64encode(sealed).decode()}"

    def _decrypt(self, text: str, place: bytes) -> bytes:
        key_id, colon, sealed = text.partition(":")
        if not colon:
            raise SealBroken("the sealed text does not name its key")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise SealedByUnknownKey(key_id)
        try:
            raw = b64decode(sealed, validate=True)
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place)
        except (InvalidTag, ValueError):
            raise SealBroken(
                f"the key {key_id!r} does not open its cards: they were edited or moved from "
                f"another row, or another key has that id"
            ) from None


def key_of(sealed: str) -> str | None:
    """The id of the key that made a sealed text; None for an empty one."""
    return sealed.partition(":")[0] or None


def sealed_by(event: TableEvent, payload: bytes | str) -> str | None:
    """The id of the key that sealed the cards of an event; None if none are sealed."""
    return key_of(_decode_sealed(payload).sealed) if isinstance(event, SecretEvent) else None


def _cut(cards: list[Card], words: Sequence[str]) -> list[list[Card]]:
    """The cards of each word; parsing all at once takes a fraction of the time.

    Raises ValueError for half a card.
    """
    lists, start = [], 0
    for word in words:
        count, half = divmod(len(word), 2)
        if half:
            raise ValueError("half a card")
        lists.append(cards[start : start + count])
        start += count
    return lists


def _place(kind: Kind, table: TableId, hand: int) -> bytes:
    """The associated data of a sealed text: it cannot be opened anywhere else."""
    return f"pokerws 1 {kind} {hand} {table}".encode()


def _place_of_key(name: str) -> bytes:
    """The associated data of one of the server's own keys."""
    return f"pokerws 1 server_key {name}".encode()


def _place_of_deal(table: TableId, hand: int, event: HoleCardsDealt) -> bytes:
    """Includes the players, which decide who may see the cards; older logs lack them.

    It includes the street too: a hand of stud has several deals.
    """
    place = _place("hole_cards_dealt", table, hand)
    if event.players:
        place += _encode(event.players)
    return b"%b %d" % (place, event.street) if event.street else place


def _place_of_draw(table: TableId, hand: int, event: CardsDrawn) -> bytes:
    """Includes the player, which decides who may see the cards, and the street of the draw."""
    return _place("cards_drawn", table, hand) + _encode((event.player, event.street))


def _place_of_deck(table: TableId, hand: int, event: DeckReshuffled) -> bytes:
    """Includes the draw that it was shuffled for: a seat has one draw per street."""
    return _place("deck_reshuffled", table, hand) + _encode((event.street, event.seat))


def _words(lists: list[list[Card]]) -> list[str]:
    return ["".join(cards) for cards in lists]
